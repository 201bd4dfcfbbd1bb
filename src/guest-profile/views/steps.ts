/** A profile by step. */
import type { GuestProfile, ProfileStep } from '../guest-profile.ts'
import { add, noSum, type Amount } from './amount.ts'

export interface StepCost {
  /** Index in the profile's `steps`. */
  readonly step: number
  readonly self: Amount
}

/** In the order of the markers. */
export function stepCosts({ steps, costs }: GuestProfile): StepCost[] {
  const sums = steps.map(noSum)
  for (let row = 0; row < costs.node.length; row++)
    add(sums[costs.step[row]!]!, { instructions: costs.instructions[row]!, cells: costs.cells[row]! })
  return sums.map((self, step) => ({ step, self }))
}

/** What reports call a step. */
export const stepName = ({ marker, name }: ProfileStep): string =>
  name ?? (marker === 0 ? 'before the first marker' : `step ${marker}`)
