/** Mode `metered`: what metered-cost counts, heights of every chip, and segments (docs/metering.md, "Segments"). */
import { meterLayoutOf } from '../../machine/leaves.ts'
import { instructionCounter, type Mode } from '../mode.ts'
import { MeteredCollector } from './collector.ts'
import { meteredEmission } from './emission.ts'
import { MeteredLedger } from './ledger.ts'

export const metered: Mode<'metered'> = {
  name: 'metered',
  summary: 'count trace rows by chip and cut the run into segments',
  // What is left of the interval.
  counters: [instructionCounter],
  pace: 'own-test',
  emission: meteredEmission,
  // The meter: the same bytes for native code and the interpreter, so either goes on where the other stopped.
  area: {
    native: (_slots, machine) => meterLayoutOf(machine).areaBytes,
    interpreted: machine => meterLayoutOf(machine).areaBytes,
  },
  reportsCost: true,
  options: ['segmentLimits', 'stopAtSegment'],
  goesBack: true,
  ofMachineMemory: true,
  collector: context => new MeteredCollector(context),
  ledger: context => new MeteredLedger(context),
}
