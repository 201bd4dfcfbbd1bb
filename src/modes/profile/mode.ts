/** Mode `profile`: how often each instruction is executed, and everything that metered-cost counts. */
import { profileBytes } from '../../layout/profile.ts'
import { meteredCost } from '../metered-cost/mode.ts'
import type { Mode } from '../mode.ts'
import { ProfileCollector } from './collector.ts'
import { profileEmission } from './emission.ts'
import { ProfileLedger } from './ledger.ts'

const { counters } = meteredCost

export const profile: Mode<'profile'> = {
  name: 'profile',
  summary: 'count how often each instruction is executed',
  counters,
  pace: 'budget',
  emission: profileEmission,
  // The interpreter counts by page, in memory of its own.
  area: { native: profileBytes, interpreted: () => 0 },
  reportsCost: true,
  collector: context => new ProfileCollector({ counters }, context),
  ledger: context => new ProfileLedger(context),
}
