/** A run once more, in shards: where they end, and what they hand on. */
import { accept } from '../accept.ts'
import type { Image } from '../elf/image.ts'
import { RvrError } from '../errors.ts'
import type { Machine } from '../machine/machine.ts'
import type { ShardsResult } from '../modes/shards/counts.ts'
import type { GuestShards } from '../shards/guest-shards.ts'
import { ShardPlanning } from './calls.ts'
import type { ArtifactKin, ExecuteOptions, Run, RunOrigin } from './contract.ts'
import { checkReadOnly } from './directories.ts'
import { known } from './segments.ts'
import type { ShardPlan, ShardsOptions } from './shard-plan.ts'

/** More shards than this are a mistake in the plan. */
const MOST_SHARDS = 2 ** 16

/** The run, and what it is of. */
export interface ShardedRun {
  readonly run: Run
  readonly image: Image
  readonly machine: Machine
  readonly origin: RunOrigin | undefined
}

type Again = Omit<ExecuteOptions, 'onPrint' | 'onEvent' | 'onSegment' | 'segmentLimits'>

interface Repetition {
  readonly kin: ArtifactKin
  readonly options: Again
  readonly signal: AbortSignal | undefined
}

export async function shardsOf(
  { run, image, machine, origin }: ShardedRun,
  given: ShardPlan | undefined,
  options: ShardsOptions,
): Promise<GuestShards> {
  const { plan, wordCost = 0, signal } = accept(ShardPlanning, 'shards', { ...options, plan: given })
  const { kin, options: started } = known(origin)
  if (kin === undefined)
    throw new RvrError('USAGE', 'this run does not know its guest', {
      hint: 'Take shards of a run that Artifact.execute returned, or of one resumed from it.',
    })
  const { inputs, stream, publicValuesBytes, seed, args, env, directories } = started
  checkReadOnly(directories, 'shards are counted in a run of their own')
  const begun = { inputs, stream, publicValuesBytes, seed, args, env, directories }
  const again: Again = { ...begun, signal, maxInstructions: run.instret }
  const isList = plan !== undefined && isEnds(plan)
  const shardEnds = await endsOf(plan, run, { kin, options: again, signal })
  // Rules may well make one shard of all.
  if (isList || shardEnds.length > 0) checkEnds(shardEnds, Number(run.instret))
  const artifact = await kin.ready('shards', signal)
  using counted = await artifact.execute({ ...again, shardEnds })
  const { guestShards } = await import('../shards/build.ts')
  return guestShards((counted.collected as ShardsResult).shards, { image, machine, wordCost })
}

const isEnds = (plan: ShardPlan): plan is readonly number[] =>
  !('everyInstructions' in plan) && !('everyCells' in plan) && !('count' in plan)

/** @throws RvrError `USAGE` for a plan that is empty, does not ascend, or goes past the run's end */
function checkEnds(ends: readonly number[], instret: number): void {
  const fail = (what: string, details: Readonly<Record<string, unknown>>): never => {
    throw new RvrError('USAGE', `this plan of shards ${what}`, {
      hint: 'A plan is a list of ends of shards: instructions since the start, ascending, below those of the run.',
      details,
    })
  }
  if (ends.length === 0) fail('has no end of a shard', { instructions: instret })
  if (ends.length > MOST_SHARDS) fail(`has more than ${MOST_SHARDS} ends`, { ends: ends.length })
  const wrong = ends.findIndex((end, index) => end <= (ends[index - 1] ?? 0))
  if (wrong >= 0) fail(`does not ascend at ${ends[wrong]}`, { shard: wrong, end: ends[wrong] })
  const last = ends.at(-1)!
  if (last >= instret) fail(`goes past the end of the run: ${last} of ${instret} instructions`, { end: last, instret })
}

async function endsOf(plan: ShardPlan | undefined, run: Run, repetition: Repetition): Promise<readonly number[]> {
  const instret = Number(run.instret)
  if (plan === undefined) {
    const starts = run.segments.map(({ instretStart }) => instretStart)
    const open = run.openSegment === undefined ? [] : [run.openSegment.instretStart]
    if (starts.length + open.length === 0)
      throw new RvrError('USAGE', `a run in mode ${run.mode} has no segments, so it needs a plan`, {
        hint: 'Give a plan, or take a run in mode metered.',
      })
    return [...starts, ...open].slice(1)
  }
  if (isEnds(plan)) return plan
  if ('everyInstructions' in plan) {
    const every = plan.everyInstructions
    const ends = Math.min(Math.ceil(instret / every) - 1, MOST_SHARDS + 1)
    return Array.from({ length: ends }, (_, index) => (index + 1) * every)
  }
  return endsByCost(plan, run, repetition)
}

/** Runs the guest for its cost, as far as each shard may go. */
async function endsByCost(
  plan: { readonly everyCells: number } | { readonly count: number },
  { cost, instret }: Run,
  { kin, options, signal }: Repetition,
): Promise<number[]> {
  const artifact = await kin.ready('metered-cost', signal)
  const costOf = async (): Promise<bigint> => {
    using whole = await artifact.execute(options)
    return whole.cost!
  }
  const wanted = 'everyCells' in plan ? undefined : { cost: cost ?? (await costOf()), count: BigInt(plan.count) }
  /** Trace cells from `done` on to the end of the shard of that number. */
  const cellsTo = (number: number, done: bigint): bigint =>
    wanted === undefined
      ? BigInt((plan as { readonly everyCells: number }).everyCells)
      : divided(wanted.cost * BigInt(number + 1), wanted.count) - done
  const ends: number[] = []
  let cells = cellsTo(0, 0n)
  let run = await artifact.execute({ ...options, maxCost: cells })
  try {
    while (run.stopCause === 'cost' && ends.length <= MOST_SHARDS) {
      const end = Number(run.instret)
      if (end === (ends.at(-1) ?? 0))
        throw new RvrError('USAGE', `a shard of ${cells} trace cells has no room for the block at instruction ${end}`, {
          hint: 'Allow shards more trace cells.',
          details: { cells: `${cells}`, instret: end },
        })
      ends.push(end)
      if (wanted !== undefined && ends.length === Number(wanted.count) - 1) break
      cells = cellsTo(ends.length, run.cost!)
      run = await run.resume({ maxCost: cells, maxInstructions: instret - run.instret, signal })
    }
  } finally {
    run.dispose()
  }
  return ends.filter(end => end < Number(instret))
}

const divided = (whole: bigint, parts: bigint): bigint => (whole + parts - 1n) / parts
