/** What was spent in each node itself, whatever the line. */
import type { GuestProfile } from '../guest-profile.ts'
import type { ProfileUnit } from './format.ts'

/** By node, in `unit`; of one step (an index) or of all. */
export function ownCosts(profile: GuestProfile, unit: ProfileUnit, onlyStep?: number): Float64Array {
  const { node, step } = profile.costs
  const cost = profile.costs[unit]
  const own = new Float64Array(profile.nodes.parent.length)
  for (let row = 0; row < node.length; row++)
    if (onlyStep === undefined || step[row] === onlyStep) own[node[row]!]! += cost[row]!
  return own
}
