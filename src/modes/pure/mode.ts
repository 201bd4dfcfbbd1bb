/** Mode `pure`: output and instruction count, nothing else. */
import { instructionCounter, type Mode } from '../mode.ts'

export const pure: Mode<'pure'> = {
  name: 'pure',
  summary: 'run as fast as possible; count instructions',
  counters: [instructionCounter],
  pace: 'budget',
  reportsCost: false,
}
