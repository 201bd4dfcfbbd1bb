/** What the tables of a kernel's first instructions cost: filled and checked, on one thread and on two. */
import { readFileSync, writeFileSync } from 'node:fs'
import { Rvr, type Artifact, type Run, type SegmentTrace } from '../../../src/index.ts'
import { geometricMean } from '../statistics.ts'
import { markdown } from '../table.ts'

export interface FillingSubject {
  readonly name: string
  readonly elf: string
  readonly xlen: 32 | 64
  readonly cc: string
  /** Instructions to trace: kernels end with system calls, which no table has. */
  readonly instructions: number
}

/** Milliseconds, of all segments together. */
interface Times {
  record: number
  cut: number
  rows: number
  stitch: number
  memory: number
  lookups: number
  check: number
}

export interface FillingCost extends Pick<FillingSubject, 'name' | 'xlen' | 'cc'> {
  readonly instructions: number
  readonly segments: number
  /** Of all tables, and of those that instructions have rows in. */
  readonly bytes: number
  readonly rowBytes: number
  /** Setting fresh memory of `rowBytes`. */
  readonly memsetMs: number
  readonly one: Times
  readonly two: Times
  /** Resident memory at its peak beyond what there was before, of the largest segment, by the bytes of its tables. */
  readonly peak: number
}

const least = (a: Times, b: Times): Times =>
  Object.fromEntries(Object.entries(a).map(([name, ms]) => [name, Math.min(ms, b[name as keyof Times])])) as never

const bytesOf = ({ chips }: SegmentTrace, isWanted: (name: string) => boolean): number =>
  chips.filter(({ name }) => isWanted(name)).reduce((sum, { width, height }) => sum + 4 * width * height, 0)

/** Kilobytes of a line of /proc/self/status; NaN where there is none. */
const kilobytes = (name: string): number =>
  Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync('/proc/self/status', 'utf8'))?.[1])

/** The peak counts from now on. */
function forgetPeak(): number {
  try {
    writeFileSync('/proc/self/clear_refs', '5')
  } catch {
    return NaN
  }
  return kilobytes('VmRSS') * 1024
}

interface Traced {
  readonly times: Times
  readonly segments: number
  readonly bytes: number
  readonly rowBytes: number
  readonly peak: number
}

async function traced(run: Run, artifact: Artifact, threads: number): Promise<Traced> {
  const times: Times = { record: 0, cut: 0, rows: 0, stitch: 0, memory: 0, lookups: 0, check: 0 }
  const system = new Set(run.machine.chips.filter(({ operations }) => operations === undefined).map(({ name }) => name))
  let [segments, bytes, rowBytes, largest, peak] = [0, 0, 0, 0, NaN]
  let before = forgetPeak()
  for await (const trace of run.traces({ filler: 'engine', artifact, threads })) {
    using segment = trace
    const own = bytesOf(segment, () => true)
    if (own > largest) [largest, peak] = [own, (kilobytes('VmHWM') * 1024 - before) / own]
    const begun = performance.now()
    const { passed } = await segment.check({ threads })
    times.check += performance.now() - begun
    if (!passed) throw new Error('the check has failed')
    const { cutMs, rowsMs, stitchMs, memoryMs, lookupsMs } = segment.phases!
    times.record += segment.recordMs!
    times.cut += cutMs
    times.rows += rowsMs
    times.stitch += stitchMs
    times.memory += memoryMs
    times.lookups += lookupsMs
    segments++
    bytes += own
    rowBytes += bytesOf(segment, name => !system.has(name))
    before = forgetPeak()
  }
  return { times, segments, bytes, rowBytes, peak }
}

function memset(bytes: number): number {
  const begun = performance.now()
  new Uint8Array(bytes).fill(1)
  return performance.now() - begun
}

export async function measureFilling(
  subject: FillingSubject,
  { rounds, cacheDir }: { readonly rounds: number; readonly cacheDir: string },
): Promise<FillingCost> {
  const { name, elf, xlen, cc, instructions } = subject
  await using rvr = await Rvr.create({ cacheDir, cc })
  const guest = await rvr.load(elf, { abi: 'linux' })
  const plan = await guest.interpretNatively('metered')
  using run = await plan.execute({ args: ['guest', '1000000'], maxInstructions: instructions })
  const artifact = await guest.compile('preflight')
  let one = await traced(run, artifact, 1)
  let two = await traced(run, artifact, 2)
  let memsetMs = memset(one.rowBytes)
  for (let round = 1; round < rounds; round++) {
    const [again, twice] = [await traced(run, artifact, 1), await traced(run, artifact, 2)]
    one = { ...one, times: least(one.times, again.times) }
    two = { ...two, times: least(two.times, twice.times) }
    memsetMs = Math.min(memsetMs, memset(one.rowBytes))
  }
  const { segments, bytes, rowBytes, peak } = one
  const facts = { name, xlen, cc, instructions: Number(run.instret), segments, bytes, rowBytes, peak }
  return { ...facts, memsetMs, one: one.times, two: two.times }
}

/** The goals of each column, as ratios. */
const HEAD = [
  'kernel',
  'Minstr',
  'MB',
  'record ms',
  'cut ms',
  'rows ms',
  'rows GB/s',
  'rows : memset ≥ 0.33',
  '2 threads ≥ 1.9',
  'stitch + system : rows ≤ 0.3',
  'check : fill ≤ 1',
  'peak : size ≤ 1.25',
]

const joined = ({ stitch, memory, lookups }: Times): number => stitch + memory + lookups
const filled = (times: Times): number => times.cut + times.rows + joined(times)

const ratiosOf = ({ memsetMs, one, two, peak }: FillingCost): readonly number[] => [
  memsetMs / one.rows,
  one.rows / two.rows,
  joined(one) / one.rows,
  one.check / filled(one),
  peak,
]

export function fillingTable(costs: readonly FillingCost[]): string {
  const rows = costs.map(cost => [
    `${cost.name} RV${cost.xlen} ${cost.cc}`,
    (cost.instructions / 1e6).toFixed(1),
    (cost.bytes / 1e6).toFixed(0),
    ...[cost.one.record, cost.one.cut, cost.one.rows].map(ms => ms.toFixed(0)),
    (cost.rowBytes / cost.one.rows / 1e6).toFixed(2),
    ...ratiosOf(cost).map(value => value.toFixed(2)),
  ])
  const groups = Map.groupBy(costs, ({ xlen, cc }) => `RV${xlen} ${cc}`)
  const means = [...groups].map(([name, own]) => {
    const ratios = own.map(ratiosOf)
    const mean = ratios[0]!.map((_, at) => geometricMean(ratios.map(each => each[at]!)))
    return [`**${name}**`, '', '', '', '', '', '', ...mean.map(value => `**${value.toFixed(2)}**`)]
  })
  return markdown(HEAD, [...rows, ...means])
}
