/** The order of candidates: by what each saves, or by how much of the execution each is. */
import { RemainingRuns } from './remaining.ts'
import { compareStarts, type Occurring, type Run } from './runs.ts'

export type Pgo = 'none' | 'instruction' | 'cell'

/** A candidate before it is built. */
export interface Executed extends Occurring {
  readonly instructions: number
}

/** Trace cells of one execution. */
export interface Costs {
  /** As rows of its instructions. */
  readonly costBefore: number
  /** As its own row. */
  readonly costAfter: number
}

/** PGO `none`: the longest first, in program order among equals. */
export const byLength = <Candidate extends Executed>(candidates: readonly Candidate[]): readonly Candidate[] =>
  candidates.toSorted((a, b) => b.instructions - a.instructions || compareStarts(a.starts, b.starts))

/** PGO `instruction`: what the most executed instructions are in first, in program order among equals. */
export function byInstructions<Candidate extends Executed>(candidates: readonly Candidate[]): readonly Candidate[] {
  const weighed = candidates.map(candidate => ({
    candidate,
    weight: BigInt(candidate.executions) * BigInt(candidate.instructions),
  }))
  return weighed
    .toSorted((a, b) => compareBig(b.weight, a.weight) || compareStarts(a.candidate.starts, b.candidate.starts))
    .map(({ candidate }) => candidate)
}

/** Cells that a candidate saves in all, over the cells of its row: compared exactly. */
interface Dense<Candidate> {
  readonly candidate: Candidate
  readonly executions: number
  readonly saved: bigint
  readonly cost: bigint
}

function denseOf<Candidate extends Costs>(candidate: Candidate, executions: number): Dense<Candidate> {
  const { costBefore, costAfter } = candidate
  const saved = BigInt(executions) * BigInt(costBefore - costAfter)
  return { candidate, executions, saved, cost: BigInt(costAfter) }
}

const compareBig = (a: bigint, b: bigint): number => Number(a > b) - Number(a < b)

/** The denser one is the greater one; of equals, which starts at the larger address. */
const compareDense = <Candidate extends Executed>(a: Dense<Candidate>, b: Dense<Candidate>): number =>
  compareBig(a.saved * b.cost, b.saved * a.cost) || compareStarts(a.candidate.starts, b.candidate.starts)

/** A candidate that was taken, and how often it can be used when those before it have been. */
export interface Taken<Candidate> {
  readonly candidate: Candidate
  readonly executions: number
}

/**
 * PGO `cell`: again and again the densest one of what is left, as long as it fits into the budget; executions count
 * only where no candidate taken before has been. One that does not fit is passed over for good, and so is one whose
 * row is no smaller than those of its instructions.
 *
 * @param budget of cells that rows of all taken candidates have together; undefined: any number
 */
export function byDensity<Candidate extends Executed & Costs>(
  candidates: readonly Candidate[],
  runs: readonly Run[],
  budget: number | undefined,
): readonly Taken<Candidate>[] {
  const remaining = new RemainingRuns(runs)
  const taken: Taken<Candidate>[] = []
  let left = budget ?? Infinity
  // The densest one last.
  const queue = candidates
    .filter(({ costBefore, costAfter }) => costAfter < costBefore)
    .map(candidate => denseOf(candidate, candidate.executions))
    .toSorted(compareDense)
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const { candidate, executions } = next
    if (candidate.costAfter > left) continue
    const count = remaining.count(candidate.starts)
    if (count === 0) continue
    if (count < executions) {
      const fewer = denseOf(candidate, count)
      queue.splice(placeOf(queue, fewer), 0, fewer)
      continue
    }
    left -= candidate.costAfter
    remaining.take(candidate.starts)
    taken.push({ candidate, executions })
  }
  return taken
}

/** Where a candidate belongs in a sorted queue. */
function placeOf<Candidate extends Executed>(queue: readonly Dense<Candidate>[], wanted: Dense<Candidate>): number {
  let [low, high] = [0, queue.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compareDense(queue[middle]!, wanted) < 0) low = middle + 1
    else high = middle
  }
  return low
}
