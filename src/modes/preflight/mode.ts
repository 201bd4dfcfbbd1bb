/** Mode `preflight`: the tape, which says what an execution without memory and host cannot know (docs/trace.md). */
import { TAPE_AREA_BYTES } from '../../layout/tape.ts'
import { instructionCounter, type Mode } from '../mode.ts'
import { PreflightCollector } from './collector.ts'
import { preflightEmission } from './emission.ts'
import { PreflightLedger } from './ledger.ts'

export const preflight: Mode<'preflight'> = {
  name: 'preflight',
  summary: 'record what traces of the run are filled from',
  counters: [instructionCounter],
  pace: 'budget',
  emission: preflightEmission,
  area: { native: () => TAPE_AREA_BYTES, interpreted: () => TAPE_AREA_BYTES, stays: true, isShown: true },
  reportsCost: false,
  recordsRows: true,
  options: ['maxTapeBytes'],
  ofMachineMemory: true,
  collector: context => new PreflightCollector(context),
  ledger: context => new PreflightLedger(context),
}
