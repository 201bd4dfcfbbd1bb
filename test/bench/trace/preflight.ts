/** What recording costs: mode preflight beside mode pure, by processor time, and how long the tape is. */
import { Rvr, type Artifact, type Run } from '../../../src/index.ts'
import type { PreflightResult } from '../../../src/modes/preflight/piece.ts'
import { geometricMean } from '../statistics.ts'
import { markdown } from '../table.ts'

export interface PreflightSubject {
  readonly name: string
  readonly elf: string
  /** First argument of the guest. */
  readonly scale: number
  readonly xlen: 32 | 64
  readonly cc: string
}

export interface PreflightCost {
  readonly name: string
  readonly xlen: 32 | 64
  readonly cc: string
  readonly instructions: number
  readonly tapeBytes: number
  /** Least processor time of the rounds, in milliseconds. */
  readonly pureMs: number
  readonly preflightMs: number
}

/** A guest runs in calls of so many instructions, as segments do: their pieces are given up one after the other. */
const CALL = 2 ** 24

interface Measured {
  readonly ms: number
  readonly instructions: number
  readonly tapeBytes: number
}

function tapeBytes(run: Run): number {
  const { preflight } = run.collected as Partial<PreflightResult>
  return preflight?.pieces.reduce((sum, { words }) => sum + words.byteLength, 0) ?? 0
}

/** System time too: the tape's memory comes from there. */
async function measured(artifact: Artifact, scale: number): Promise<Measured> {
  const before = process.cpuUsage()
  let run = await artifact.execute({ args: ['guest', `${scale}`], maxInstructions: CALL })
  let bytes = tapeBytes(run)
  for (; run.outcome === 'suspended'; bytes += tapeBytes(run)) run = await run.resume({ maxInstructions: CALL })
  const { user, system } = process.cpuUsage(before)
  if (run.exitCode !== 0) throw new Error(`mode ${artifact.mode}: ${run.outcome}, exit code ${run.exitCode}`)
  run.dispose()
  return { ms: (user + system) / 1000, instructions: Number(run.instret), tapeBytes: bytes }
}

/** Both modes in turns. */
export async function measurePreflight(
  { name, elf, scale, xlen, cc }: PreflightSubject,
  { rounds, cacheDir }: { readonly rounds: number; readonly cacheDir: string },
): Promise<PreflightCost> {
  await using rvr = await Rvr.create({ cacheDir, cc })
  const guest = await rvr.load(elf, { abi: 'linux' })
  const artifacts = [await guest.compile('pure'), await guest.compile('preflight')] as const
  const times: [number[], number[]] = [[], []]
  let last: Measured | undefined
  for (let round = -1; round < rounds; round++) {
    for (const [index, artifact] of artifacts.entries()) {
      last = await measured(artifact, scale)
      // The first round warms up.
      if (round >= 0) times[index]!.push(last.ms)
    }
  }
  const { instructions, tapeBytes } = last!
  const [pureMs, preflightMs] = [Math.min(...times[0]), Math.min(...times[1])]
  return { name, xlen, cc, instructions, tapeBytes, pureMs, preflightMs }
}

export function preflightTable(costs: readonly PreflightCost[]): string {
  const ratios = (of: readonly PreflightCost[]): number[] => of.map(({ preflightMs, pureMs }) => preflightMs / pureMs)
  const perInstruction = ({ tapeBytes, instructions }: PreflightCost): number => tapeBytes / instructions
  const rows = costs.map(cost => [
    `${cost.name} RV${cost.xlen} ${cost.cc}`,
    (cost.instructions / 1e6).toFixed(1),
    cost.pureMs.toFixed(0),
    cost.preflightMs.toFixed(0),
    (cost.preflightMs / cost.pureMs).toFixed(2),
    perInstruction(cost).toFixed(2),
  ])
  const groups = Map.groupBy(costs, ({ xlen, cc }) => `RV${xlen} ${cc}`)
  const means = [...groups].map(([name, own]) => [
    `**${name}**`,
    '',
    '',
    '',
    `**${geometricMean(ratios(own)).toFixed(2)}**`,
    `**${(own.reduce((sum, cost) => sum + perInstruction(cost), 0) / own.length).toFixed(2)}**`,
  ])
  const head = [
    'kernel',
    'million instructions',
    '`pure`, ms',
    '`preflight`, ms',
    'ratio',
    'tape, bytes an instruction',
  ]
  return markdown(head, [...rows, ...means])
}
