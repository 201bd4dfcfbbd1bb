/** Mode `metered-cost`: instruction count and total cost in trace cells (docs/metering.md, "Cost"). */
import { cellCounter, instructionCounter, type Mode } from '../mode.ts'

export const meteredCost: Mode<'metered-cost'> = {
  name: 'metered-cost',
  summary: 'count instructions and the trace cells they cost',
  counters: [instructionCounter, cellCounter],
  pace: 'budget',
  reportsCost: true,
}
