/** Mode `calls`: how often each instruction is executed in each calling context, and all that metered-cost counts. */
import { callsBytes } from '../../layout/calls.ts'
import { meteredCost } from '../metered-cost/mode.ts'
import type { Mode } from '../mode.ts'
import { CallsCollector } from './collector.ts'
import { callsEmission } from './emission.ts'
import { CallsLedger } from './ledger.ts'
import { markedBytes } from './marks.ts'
import { callsMemoryEmission } from './touches.ts'

const { counters } = meteredCost

export const calls: Mode<'calls'> = {
  name: 'calls',
  summary: 'count how often each instruction is executed, by calling context',
  counters,
  pace: 'budget',
  emission: callsEmission,
  // Where the interpreter runs alone, collectors have an area of their own.
  area: { native: callsBytes, interpreted: () => 0, stays: true },
  reportsCost: true,
  collector: context => new CallsCollector({ counters }, context),
  ledger: context => new CallsLedger(context),
}

/** The same, and in which context each leaf of guest memory was touched first. */
export const callsMemory: Mode<'calls-memory'> = {
  ...calls,
  name: 'calls-memory',
  summary: 'count as in mode calls, and first touches of memory by calling context',
  emission: callsMemoryEmission,
  area: { native: markedBytes, interpreted: () => 0, stays: true },
  collector: context => new CallsCollector({ counters, touches: true }, context),
}
