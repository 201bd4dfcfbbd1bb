/** What consumers have to show of a profile: costs by function. */
import type { ProfileUnit } from '../../../src/guest-profile/formats/format.ts'
import type { GuestProfile } from '../../../src/guest-profile/guest-profile.ts'

export const units: readonly ProfileUnit[] = ['instructions', 'cells']

/** By name, `[self, total]`; a function that calls itself has each of its costs once in its total. */
export function costsByFunction(
  profile: GuestProfile,
  unit: ProfileUnit,
  step?: number,
): Map<string, [number, number]> {
  const { nodes, costs, functions } = profile
  const byName = new Map<string, [number, number]>()
  const nameOf = (node: number): string => functions[nodes.function[node]!]!.name
  const add = (name: string, self: number, total: number): void => {
    const [ownSelf, ownTotal] = byName.get(name) ?? [0, 0]
    byName.set(name, [ownSelf + self, ownTotal + total])
  }
  for (const [row, node] of costs.node.entries()) {
    if (step !== undefined && costs.step[row] !== step) continue
    const cost = costs[unit][row]!
    const names = new Set<string>()
    for (let at = node; at >= 0; at = nodes.parent[at]!) names.add(nameOf(at))
    for (const name of names) add(name, name === nameOf(node) ? cost : 0, cost)
  }
  return byName
}
