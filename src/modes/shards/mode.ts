/** Mode `shards`: words that one shard of a run leaves and a later one takes up (docs/shards.md). */
import { instructionCounter, type Mode } from '../mode.ts'
import { ShardsCollector } from './collector.ts'
import { shardsEmission } from './emission.ts'
import { layoutOf } from './layout.ts'
import { ShardsLedger } from './ledger.ts'

export const shards: Mode<'shards'> = {
  name: 'shards',
  ofMachineMemory: true,
  summary: 'count words that shards of the run hand on',
  counters: [instructionCounter],
  pace: 'budget',
  emission: shardsEmission,
  // The same bytes for native code and the interpreter, so either goes on where the other stopped.
  area: {
    native: (_slots, machine) => layoutOf(machine).areaBytes,
    interpreted: machine => layoutOf(machine).areaBytes,
  },
  reportsCost: false,
  options: ['shardEnds'],
  collector: context => new ShardsCollector(context),
  ledger: context => new ShardsLedger(context),
}
