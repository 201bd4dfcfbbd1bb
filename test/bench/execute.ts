/** What one run of a small native guest takes in a process that goes on, one after the other and many at once; prints Markdown. */
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { Rvr, u64, type Artifact, type Guest, type ModeName } from '../../src/index.ts'
import { median } from './statistics.ts'
import { markdown } from './table.ts'

const ROUNDS = Number(process.env['ROUNDS'] ?? 7)
const RUNS = 200
const HITS = 40
/** Calls that are on their way at the same time, where many are. */
const AT_ONCE = 8
const MODES: readonly ModeName[] = ['pure', 'metered']
/** Fibonacci numbers of about 735 instructions. */
const GUESTS = [
  { xlen: 32, input: 50 },
  { xlen: 64, input: 142 },
] as const

interface Taken {
  readonly wallMs: number
  /** Of the whole process, and of its main thread. */
  readonly processorMs: number
  readonly mainMs: number
}

const total = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1000

/** What each of `count` repetitions takes. */
async function timed(count: number, work: () => Promise<unknown>): Promise<Taken> {
  const [all, main, begin] = [process.cpuUsage(), process.threadCpuUsage(), performance.now()]
  await work()
  return {
    wallMs: (performance.now() - begin) / count,
    processorMs: total(process.cpuUsage(all)) / count,
    mainMs: total(process.threadCpuUsage(main)) / count,
  }
}

async function times(count: number, work: () => Promise<unknown>): Promise<void> {
  for (let done = 0; done < count; done++) await work()
}

interface Subject {
  readonly name: string
  readonly guest: Guest
  readonly artifact: Artifact
  readonly input: number
  readonly one: Taken[]
  readonly many: Taken[]
  readonly undisposed: Taken[]
  readonly hit: Taken[]
}

async function measure({ guest, artifact, input, one, many, undisposed, hit }: Subject): Promise<void> {
  const inputs = [u64(input)]
  const execute = async (): Promise<void> => (await artifact.execute({ inputs })).dispose()
  one.push(await timed(RUNS, () => times(RUNS, execute)))
  const lanes = Array.from({ length: AT_ONCE })
  many.push(await timed(RUNS, () => Promise.all(lanes.map(() => times(RUNS / AT_ONCE, execute)))))
  undisposed.push(await timed(RUNS / 4, () => times(RUNS / 4, () => artifact.execute({ inputs }))))
  hit.push(await timed(HITS, () => times(HITS, () => guest.compile(artifact.mode))))
}

/** A message to a thread and back: what no run on another thread can take less than. */
async function echo(): Promise<Taken> {
  const code = `const { parentPort } = require('node:worker_threads'); parentPort.on('message', m => parentPort.postMessage(m))`
  const worker = new Worker(code, { eval: true })
  const there = (): Promise<void> =>
    new Promise(resolve => {
      worker.once('message', () => resolve())
      worker.postMessage(1)
    })
  await times(RUNS, there)
  const taken = await timed(RUNS, () => times(RUNS, there))
  await worker.terminate()
  return taken
}

const work = mkdtempSync(join(tmpdir(), 'rvr-bench-execute-'))
const rvr = await Rvr.create({ cacheDir: work, remote: false })
try {
  const subjects: Subject[] = []
  const instructions: bigint[] = []
  for (const { xlen, input } of GUESTS) {
    const file = new URL(`../../cache-fixtures/guests/elf/fibonacci.rv${xlen}.elf`, import.meta.url).pathname
    const guest = await rvr.load(file)
    for (const mode of MODES) {
      const artifact = await guest.compile(mode)
      const name = `RV${xlen} \`${mode}\``
      subjects.push({ name, guest, artifact, input, one: [], many: [], undisposed: [], hit: [] })
      using run = await artifact.execute({ inputs: [u64(input)] })
      if (mode === 'pure') instructions.push(run.instret)
    }
  }
  // What was compiled just now is looked at more closely.
  await sleep(2500)
  const echoes: Taken[] = []
  for (let round = -1; round < ROUNDS; round++) {
    // The first one warms everything up.
    if (round === 0)
      for (const { one, many, undisposed, hit } of subjects)
        for (const list of [one, many, undisposed, hit]) list.length = 0
    const turned = subjects.map((_, index) => subjects[(index + Math.max(0, round)) % subjects.length]!)
    if (round >= 0) echoes.push(await echo())
    for (const subject of turned) await measure(subject)
  }
  const least = (list: readonly Taken[], of: (taken: Taken) => number): number => Math.min(...list.map(of))
  const ms = (list: readonly Taken[], of: (taken: Taken) => number = taken => taken.wallMs): string =>
    `${least(list, of).toFixed(2)} (${median(list.map(of)).toFixed(2)})`
  const toEcho = (list: readonly Taken[]): string =>
    (least(list, taken => taken.processorMs) / least(echoes, taken => taken.processorMs)).toFixed(1)
  const perSecond = (list: readonly Taken[]): string => (1000 / least(list, taken => taken.wallMs)).toFixed(0)
  console.log(
    markdown(
      [
        'one `execute`',
        'wall, ms',
        'process, ms',
        'its thread, ms',
        'main thread, ms',
        'processor to a message',
        'runs/s',
        'not disposed, ms',
        '`compile` hit, ms',
        'hit, process ms',
      ],
      subjects.map(({ name, one, many, undisposed, hit }) => [
        name,
        ms(one),
        ms(one, taken => taken.processorMs),
        ms(one, taken => taken.processorMs - taken.mainMs),
        ms(one, taken => taken.mainMs),
        toEcho(one),
        perSecond(many),
        ms(undisposed),
        ms(hit),
        ms(hit, taken => taken.processorMs),
      ]),
    ),
  )
  console.log(
    `\nGuests of ${instructions.join(' and ')} instructions. Least (median) of ${ROUNDS} rounds of ${RUNS} runs in turns; runs/s: ${AT_ONCE} at a time. A message to a thread and back: wall ${ms(echoes)}, process ${ms(echoes, taken => taken.processorMs)} ms. ${cpus()[0]?.model}, ${availableParallelism()} processors, Node ${process.version}`,
  )
} finally {
  await rvr.dispose()
  rmSync(work, { recursive: true, force: true })
}
