/** Finds the innermost loops of a region that are entered at their header alone. */
import type { Block } from '../../program/program.ts'

export interface InnermostLoop {
  /**
   * Positions of the loop's blocks in the region, the header first, in an order in which every block follows its
   * predecessors.
   */
  readonly blocks: readonly number[]
}

/** Instructions in a loop that is looked at. */
const LONGEST = 2000

/** `next[i]`: positions of the blocks behind block i, inside the region. Positions are in reverse postorder. */
export function innermostLoops(
  blocks: readonly Block[],
  next: readonly (readonly number[])[],
  isHeader: (position: number) => boolean,
): InnermostLoop[] {
  const before: number[][] = next.map(() => [])
  for (let from = 0; from < next.length; from++) for (const target of next[from]!) before[target]!.push(from)
  const loops: InnermostLoop[] = []
  for (let header = 0; header < blocks.length; header++) {
    if (!isHeader(header)) continue
    const members = collect(header, before, isHeader)
    if (members === undefined || members.reduce((sum, member) => sum + blocks[member]!.count, 0) > LONGEST) continue
    loops.push({ blocks: members })
  }
  return loops
}

/**
 * Blocks from which the header is reached without passing it; undefined where one of them is another header or the walk
 * leaves through the region's entry.
 */
function collect(
  header: number,
  before: readonly (readonly number[])[],
  isHeader: (position: number) => boolean,
): number[] | undefined {
  const members = new Set([header])
  // In reverse postorder every edge backwards is a back edge.
  const pending = before[header]!.filter(from => from >= header)
  while (pending.length > 0) {
    const member = pending.pop()!
    if (members.has(member)) continue
    // Reaching back beyond the header means that the loop has a second entry.
    if (member < header || isHeader(member)) return undefined
    members.add(member)
    for (const earlier of before[member]!) pending.push(earlier)
  }
  return [...members].toSorted((a, b) => a - b)
}
