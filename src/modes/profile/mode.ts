/** Mode `profile`: how often each instruction is executed, and everything that metered-cost counts. */
import { profileBytes } from '../../layout/profile.ts'
import { meteredCost } from '../metered-cost/mode.ts'
import type { Mode } from '../mode.ts'
import { profileEmission } from './emission.ts'

export const profile: Mode<'profile'> = {
  name: 'profile',
  summary: 'count how often each instruction is executed',
  counters: meteredCost.counters,
  emission: profileEmission,
  reportsCost: true,
  segments: false,
  profile: { areaBytes: profileBytes },
}
