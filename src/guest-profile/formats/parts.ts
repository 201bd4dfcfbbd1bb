/** What formats that hold several profiles show apart: each figure, of the whole run and of each step. */
import type { ProfileStep } from '../guest-profile.ts'
import type { CostTable, Figure } from './cost-table.ts'
import { stepTitle } from './step-title.ts'

export interface ProfilePart {
  readonly name: string
  readonly figure: Figure
  /** Index of a step; undefined: the whole run. */
  readonly step?: number
}

/** The whole run first; steps follow where there are markers, in both units. */
export function partsOf(steps: readonly ProfileStep[], { figures }: CostTable): ProfilePart[] {
  const whole = figures.map((figure): ProfilePart => ({ name: figure.name, figure }))
  if (steps.length < 2) return whole
  const units = figures.filter(({ name }) => name !== 'memory')
  const single = steps.flatMap((step, index) =>
    units.map((figure): ProfilePart => ({ name: `${stepTitle(step)}: ${figure.name}`, figure, step: index })),
  )
  return [...whole, ...single]
}
