/** The rules of the ranking as plainly as they can be written: lists of runs that are cut, a search for the best. */

export interface PlainCandidate {
  readonly starts: readonly number[]
  readonly executions: number
  readonly instructions: number
  readonly costBefore: number
  readonly costAfter: number
}

export interface PlainRun {
  readonly starts: readonly number[]
  readonly times: number
}

/** Places of a needle in a run that do not overlap, from the left. */
export function placesIn(needle: readonly number[], run: readonly number[]): number[] {
  const places: number[] = []
  for (let at = 0; at + needle.length <= run.length;) {
    if (needle.every((start, index) => run[at + index] === start)) {
      places.push(at)
      at += needle.length
    } else at++
  }
  return places
}

export const countIn = (needle: readonly number[], runs: readonly PlainRun[]): number =>
  runs.reduce((sum, { starts, times }) => sum + placesIn(needle, starts).length * times, 0)

/** All that is left of runs when a needle is cut out of them. */
export function cutOut(needle: readonly number[], runs: readonly PlainRun[]): PlainRun[] {
  return runs.flatMap(({ starts, times }) => {
    const pieces: PlainRun[] = []
    let from = 0
    for (const at of [...placesIn(needle, starts), starts.length]) {
      pieces.push({ starts: starts.slice(from, at), times })
      from = at + needle.length
    }
    return pieces.filter(piece => piece.starts.length > 0)
  })
}

/** All windows of up to `most` blocks. */
export function plainWindows(runs: readonly PlainRun[], most: number): Map<string, number> {
  const windows = new Map<string, number>()
  for (const { starts } of runs)
    for (let from = 0; from < starts.length; from++)
      for (let to = from + 1; to <= Math.min(from + most, starts.length); to++) {
        const needle = starts.slice(from, to)
        windows.set(needle.join(), countIn(needle, runs))
      }
  return windows
}

function isSmaller(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((start, index) => start !== b[index])
  if (at < 0) return a.length < b.length
  return b[at] !== undefined && a[at]! < b[at]!
}

/** Is a in front of b? */
function isDenser(a: PlainCandidate, b: PlainCandidate): boolean {
  const left = BigInt(a.executions) * BigInt(a.costBefore - a.costAfter) * BigInt(b.costAfter)
  const right = BigInt(b.executions) * BigInt(b.costBefore - b.costAfter) * BigInt(a.costAfter)
  return left === right ? isSmaller(b.starts, a.starts) : left > right
}

export function plainGreedy(
  candidates: readonly PlainCandidate[],
  given: readonly PlainRun[],
  budget: number,
): [string, number][] {
  let heap = candidates.filter(({ costBefore, costAfter }) => costAfter < costBefore)
  let runs = [...given]
  let spent = 0
  const picked: [string, number][] = []
  while (heap.length > 0) {
    const best = heap.reduce((a, b) => (isDenser(b, a) ? b : a))
    heap = heap.filter(each => each !== best)
    if (spent + best.costAfter > budget) continue
    const executions = countIn(best.starts, runs)
    if (executions === 0) continue
    if (executions < best.executions) {
      heap.push({ ...best, executions })
      continue
    }
    spent += best.costAfter
    runs = cutOut(best.starts, runs)
    picked.push([best.starts.join(), executions])
  }
  return picked
}
