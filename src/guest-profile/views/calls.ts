/** The dearest part of a profile's tree of calls. */
import type { GuestProfile } from '../guest-profile.ts'
import type { Amount, Unit } from './amount.ts'
import { amountAt, nodeSums } from './node-sums.ts'
import { walk } from './walk.ts'

export interface CallCost {
  readonly node: number
  /** Nodes between it and the root: 0 of those that the root stands for. */
  readonly depth: number
  readonly self: Amount
  readonly total: Amount
}

export interface CallView {
  readonly unit: Unit
  /** Nodes that are wanted at most. */
  readonly top: number
  /** Index of the one step whose costs count; default: all. */
  readonly step?: number | undefined
}

export interface DearestCalls {
  /** Callers before what they called, of one caller the dearest first. The root is not among them. */
  readonly calls: readonly CallCost[]
  /** How many nodes with costs there are beside these. */
  readonly others: number
}

/** The nodes with the greatest totals: with each of them its callers, whose totals are as great. */
export function dearestCalls(profile: GuestProfile, { unit, top, step }: CallView): DearestCalls {
  const { nodes } = profile
  const { self, total } = nodeSums(profile, step)
  const withCost: number[] = []
  for (let node = 1; node < nodes.parent.length; node++) if (total[unit][node]! > 0) withCost.push(node)
  // Of equal ones callers come first, as they do in the tree.
  const dearest = withCost.toSorted((a, b) => total[unit][b]! - total[unit][a]! || a - b).slice(0, top)
  /** The part of the tree that is shown, its nodes numbered anew: siblings by cost. */
  const place = new Map([[0, 0], ...dearest.map((node, index) => [node, index + 1] as const)])
  const parent = Int32Array.from([-1, ...dearest.map(node => place.get(nodes.parent[node]!)!)])
  const calls: CallCost[] = []
  let depth = -1
  walk(
    { parent },
    {
      enter(index) {
        if (index > 0) {
          const node = dearest[index - 1]!
          calls.push({ node, depth, self: amountAt(self, node), total: amountAt(total, node) })
        }
        depth++
      },
      leave() {
        depth--
      },
    },
  )
  return { calls, others: withCost.length - dearest.length }
}
