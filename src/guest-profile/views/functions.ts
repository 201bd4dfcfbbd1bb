/** A profile by function. */
import type { GuestProfile } from '../guest-profile.ts'
import { add, noSum, type Amount, type Sum } from './amount.ts'
import { amountAt, nodeSums } from './node-sums.ts'
import { walk } from './walk.ts'

export interface FunctionCost {
  /** Index in the profile's `functions`. */
  readonly function: number
  /** How often it was called, in all steps; 0 where it is inlined everywhere, or where calls were not counted. */
  readonly calls: number
  /** Without what it called. */
  readonly self: Amount
  /** With everything that it called. What a function spends below itself counts once. */
  readonly total: Amount
}

/**
 * In the profile's order; those without any cost are left out.
 *
 * @param step index of the one step whose costs count; default: all
 */
export function functionCosts(profile: GuestProfile, step?: number): FunctionCost[] {
  const { nodes, functions } = profile
  const sums = nodeSums(profile, step)
  const self = functions.map(noSum)
  const total = functions.map(noSum)
  const calls = new Float64Array(functions.length)
  /** Nodes of each function that the walk is below. */
  const open = new Uint32Array(functions.length)
  walk(nodes, {
    enter(node) {
      const index = nodes.function[node]!
      add(self[index]!, amountAt(sums.self, node))
      calls[index]! += nodes.calls[node]!
      if (open[index]!++ === 0) add(total[index]!, amountAt(sums.total, node))
    },
    leave(node) {
      open[nodes.function[node]!]!--
    },
  })
  const hasCost = ({ instructions, cells }: Sum): boolean => instructions > 0 || cells > 0
  return functions
    .map((_, index) => ({ function: index, calls: calls[index]!, self: self[index]!, total: total[index]! }))
    .filter(cost => hasCost(cost.total))
}
