/** Million instructions per second of every engine and mode, and of qemu-user, on the same programs in the same run. */
import { Rvr, type Artifact, type Guest, type ModeName } from '../../../src/index.ts'
import { firstFound, runTimed } from '../processes.ts'
import { median } from '../statistics.ts'

export type EngineKind = 'reference' | 'native-interp' | 'native'
export const modes: readonly ModeName[] = ['pure', 'metered-cost', 'metered', 'profile']

/** A program that does its work again and again, as often as its first argument says. */
export interface RatedProgram {
  readonly name: string
  readonly file: string
  readonly input?: Uint8Array
  /** In which native code is measured: a large guest takes the C compiler minutes for each. */
  readonly compiled: readonly ModeName[]
}

/** Million instructions per second. */
export interface Rate {
  readonly program: string
  readonly xlen: 32 | 64
  /** `qemu`, or an engine and a mode: `native-interp metered`. */
  readonly engine: string
  readonly median: number
  readonly instret: string
}

export interface RatesChoice {
  readonly xlen: 32 | 64
  readonly rounds: number
  readonly engines: readonly EngineKind[]
  readonly cc: string
  readonly cacheDir: string
  /** Instructions of a run by engine, about: enough to be measured, and no more. */
  readonly instructions: Readonly<Record<EngineKind | 'qemu', number>>
}

interface Runnable {
  readonly engine: string
  readonly scale: number
  /** Instructions, and processor milliseconds. */
  run(): Promise<{ readonly instret: bigint; readonly ms: number }>
}

/** Where the reference interpreter counts everything, it takes so much longer. */
const METERED_SHARE = 0.4

/** Measures all engines of one program, interleaved, each round in another order. */
export async function measureRates(program: RatedProgram, choice: RatesChoice): Promise<Rate[]> {
  const { xlen, rounds, cc, cacheDir } = choice
  await using rvr = await Rvr.create({ cacheDir, cc })
  const guest = await rvr.load(program.file, { abi: 'linux' })
  const scaleFor = await scales(guest, program)
  const counts = new Map<number, bigint>()
  const runnables = await runnablesOf(guest, program, choice, scaleFor, counts)
  const rates = runnables.map((): number[] => [])
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < runnables.length; turn++) {
      const index = (turn + round * Math.ceil(runnables.length / rounds)) % runnables.length
      const { scale, run, engine } = runnables[index]!
      const { instret, ms } = await run()
      const known = counts.get(scale)
      if (known !== undefined && known !== instret)
        throw new Error(`${program.name}, ${engine}: ${instret} instructions, not ${known}`)
      counts.set(scale, instret)
      rates[index]!.push(Number(instret) / ms / 1000)
    }
  }
  return runnables.map(({ engine, scale }, index) => ({
    program: program.name,
    xlen,
    engine,
    median: median(rates[index]!),
    instret: String(counts.get(scale)),
  }))
}

type ScaleFor = (instructions: number) => number

/** Programs do the same for each unit of their scale, about. */
async function scales(guest: Guest, program: RatedProgram): Promise<ScaleFor> {
  const artifact = await guest.interpretNatively('pure')
  const [one, three] = [await execute(artifact, program, 1), await execute(artifact, program, 3)]
  const each = Number(three.instret - one.instret) / 2
  const before = Number(one.instret) - each
  return instructions => Math.max(1, Math.round((instructions - before) / each))
}

async function runnablesOf(
  guest: Guest,
  program: RatedProgram,
  { xlen, engines, instructions }: RatesChoice,
  scaleFor: ScaleFor,
  counts: Map<number, bigint>,
): Promise<Runnable[]> {
  const runnables: Runnable[] = []
  for (const kind of engines) {
    for (const mode of kind === 'native' ? program.compiled : modes) {
      const isSlow = kind === 'reference' && mode === 'metered'
      const scale = scaleFor(instructions[kind] * (isSlow ? METERED_SHARE : 1))
      const artifact = await artifactOf(guest, kind, mode)
      runnables.push({ engine: `${kind} ${mode}`, scale, run: () => execute(artifact, program, scale) })
    }
  }
  const qemu = firstFound([`qemu-riscv${xlen}`, `qemu-riscv${xlen}-static`])
  if (qemu === undefined) return runnables
  const scale = scaleFor(instructions.qemu)
  // qemu does not count: the native interpreter does, once.
  const { instret } = await execute(await guest.interpretNatively('pure'), program, scale)
  counts.set(scale, instret)
  runnables.push({
    engine: 'qemu',
    scale,
    run: async () => ({ instret, ms: runTimed(qemu, [program.file, String(scale)], {}, program.input).userMs }),
  })
  return runnables
}

async function artifactOf(guest: Guest, kind: EngineKind, mode: ModeName): Promise<Artifact> {
  if (kind === 'reference') return guest.interpret(mode)
  return kind === 'native' ? guest.compile(mode) : guest.interpretNatively(mode)
}

async function execute(
  artifact: Artifact,
  { name, input }: RatedProgram,
  scale: number,
): Promise<{ instret: bigint; ms: number }> {
  const inputs = input === undefined ? [] : [input]
  const before = process.cpuUsage()
  using run = await artifact.execute({ args: ['guest', String(scale)], inputs, onPrint: () => {} })
  const ms = process.cpuUsage(before).user / 1000
  if (run.outcome !== 'terminated' || run.exitCode !== 0)
    throw new Error(`${name}, ${artifact.engine} ${artifact.mode}: ${run.outcome}, exit code ${run.exitCode}`)
  return { instret: run.instret, ms }
}
