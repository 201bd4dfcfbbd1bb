/** A guest's blocks and what was executed of them → candidates, built and ranked. */
import { RvrError } from '../../errors.ts'
import type { Block } from '../../air/system.ts'
import { executionsOf } from './blocks.ts'
import type { Candidate, Candidates, FailedCandidate, WrittenCandidates } from './candidates.ts'
import type { BuildOutcome, BuiltText } from './messages.ts'
import { MOST_INSTRUCTIONS, type GenerateOptions } from './options.ts'
import { byDensity, byInstructions, byLength, type Costs, type Executed } from './rank.ts'
import { windowsOf, type Run } from './runs.ts'
import { buildAll, type BuildOptions } from './threads.ts'

/** What was executed. */
export interface GuestProfile {
  /** By address of the instruction. */
  readonly counts: ReadonlyMap<number, number>
  /** In which order; only where superblocks are asked for. */
  readonly runs?: readonly Run[] | undefined
}

export interface GenerateInput {
  /** SHA-256 of the guest's file. */
  readonly guest: string
  readonly blocks: readonly Block[]
  readonly options: GenerateOptions
  /** Columns of all chips that the machine has without candidates. */
  readonly machineColumns: number
  /** Not asked for by PGO `none`. */
  profile(): Promise<GuestProfile>
}

export interface Generating extends BuildOptions {
  readonly onProgress?: ((progress: GenerateProgress) => void) | undefined
}

/** Candidates that are built, of all; and columns that one execution of each saves together. */
export interface GenerateProgress {
  readonly done: number
  readonly planned: number
  readonly saved: number
}

interface Considered extends Executed {
  readonly blocks: readonly Block[]
}

/**
 * Nothing depends on the number of threads.
 *
 * @throws RvrError `USAGE` (`maxColumns` is less than the machine has itself), `ABORTED`, `WORKER_FAILED`; and what
 *   `profile` throws
 */
export async function generate(input: GenerateInput, building: Generating): Promise<WrittenCandidates> {
  const { guest, blocks, options } = input
  const budget = budgetOf(input)
  const profile = options.pgo === 'none' ? undefined : await input.profile()
  const executed = executedOf(blocks, options, profile)
  const isFrequent = ({ executions }: Executed): boolean => options.pgo === 'none' || executions >= options.cutoff
  const most = options.pgo === 'none' ? MOST_INSTRUCTIONS : Math.min(options.maxBlockInstructions, MOST_INSTRUCTIONS)
  const frequent = executed.filter(isFrequent)
  const eligible = frequent.filter(({ instructions }) => instructions <= most)
  const wanted = wantedOf(eligible, options)
  const outcomes = await built(wanted, building)
  const successes = wanted.flatMap((candidate, index) => {
    const outcome = outcomes[index]!
    return 'code' in outcome ? [] : [{ ...candidate, ...costsOf(outcome), outcome }]
  })
  const runs = (): readonly Run[] =>
    profile?.runs ?? executed.map(({ starts, executions }) => ({ starts, times: executions }))
  const taken =
    options.pgo === 'cell'
      ? byDensity(successes, runs(), budget)
      : successes.map(candidate => ({ candidate, executions: candidate.executions }))
  const candidates: Candidates = {
    guest,
    pgo: options.pgo,
    counts: {
      blocks: blocks.length,
      executed: executed.length,
      belowCutoff: executed.length - frequent.length,
      tooLong: frequent.length - eligible.length,
      eligible: eligible.length,
      built: successes.length,
      passedOver: successes.length - taken.length,
    },
    ranked: taken.map(({ candidate, executions }) => rankedOf(candidate, executions)),
    failed: wanted.flatMap(({ starts }, index) => failureOf(starts, outcomes[index]!)),
  }
  return { candidates, systems: taken.map(({ candidate }) => candidate.outcome.system) }
}

/** @throws RvrError `USAGE` */
function budgetOf({ options, machineColumns }: GenerateInput): number | undefined {
  if (options.pgo !== 'cell' || options.maxColumns === undefined) return undefined
  const { maxColumns } = options
  if (maxColumns >= machineColumns) return maxColumns - machineColumns
  throw new RvrError('USAGE', `${maxColumns} columns are fewer than the machine has itself: ${machineColumns}`, {
    hint: `Allow more than ${machineColumns}, or leave the limit out.`,
    details: { maxColumns, machineColumns },
  })
}

/** Blocks and superblocks with how often each occurs; all blocks where nobody knows. */
function executedOf(
  blocks: readonly Block[],
  options: GenerateOptions,
  profile: GuestProfile | undefined,
): readonly Considered[] {
  const consider = (parts: readonly Block[], executions: number): Considered => ({
    starts: parts.map(({ start }) => start),
    instructions: parts.reduce((sum, { instructions }) => sum + instructions.length, 0),
    executions,
    blocks: parts,
  })
  if (profile === undefined) return blocks.map(block => consider([block], 0))
  if (options.pgo === 'cell' && options.superblocks > 1) {
    const known = new Map(blocks.map(block => [block.start, block]))
    return windowsOf(profile.runs ?? [], options.superblocks).map(({ starts, executions }) =>
      consider(
        starts.map(start => known.get(start)!),
        executions,
      ),
    )
  }
  return blocks
    .map(block => consider([block], executionsOf(block, profile.counts)))
    .filter(({ executions }) => executions > 0)
}

/** What is built: of `cell` everything, otherwise the first ones in their order. */
function wantedOf(eligible: readonly Considered[], options: GenerateOptions): readonly Considered[] {
  if (options.pgo === 'cell') return eligible
  const ordered = options.pgo === 'none' ? byLength(eligible) : byInstructions(eligible)
  return ordered.slice(0, options.candidates)
}

async function built(
  wanted: readonly Considered[],
  { onProgress, ...options }: Generating,
): Promise<readonly BuildOutcome[]> {
  let [done, saved] = [0, 0]
  const planned = wanted.length
  return buildAll(
    wanted.map(({ blocks }) => blocks),
    {
      ...options,
      onBuilt: outcome => {
        done++
        if (!('code' in outcome)) saved += outcome.before.columns - outcome.after.columns
        onProgress?.({ done, planned, saved })
      },
    },
  )
}

const costsOf = ({ before, after }: BuiltText): Costs => ({ costBefore: before.columns, costAfter: after.columns })

function rankedOf(candidate: Considered & Costs & { readonly outcome: BuiltText }, executions: number): Candidate {
  const { blocks, costBefore, costAfter, outcome } = candidate
  return { blocks, executions, costBefore, costAfter, before: outcome.before, after: outcome.after }
}

const failureOf = (starts: readonly number[], outcome: BuildOutcome): readonly FailedCandidate[] =>
  'code' in outcome ? [{ starts, code: outcome.code, message: outcome.message }] : []
