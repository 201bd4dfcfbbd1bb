/** Mode `metered`: what metered-cost counts, heights of every chip, and segments (docs/metering.md, "Segments"). */
import { instructionCounter, type Mode } from '../mode.ts'
import { meteredEmission } from './emission.ts'

export const metered: Mode<'metered'> = {
  name: 'metered',
  summary: 'count trace rows by chip and cut the run into segments',
  // What is left of the interval.
  counters: [instructionCounter],
  emission: meteredEmission,
  reportsCost: true,
  segments: true,
}
