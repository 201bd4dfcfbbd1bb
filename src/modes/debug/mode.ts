/** Mode `debug`: what a debugger runs a guest in; native code stops at breakpoints. */
import { instructionCounter, type Mode } from '../mode.ts'
import { DebugCollector } from './collector.ts'
import { debugEmission } from './emission.ts'
import { areaBytes } from './layout.ts'

const counters = [instructionCounter] as const

export const debug: Mode<'debug'> = {
  name: 'debug',
  summary: 'stop at breakpoints: for debuggers',
  counters,
  pace: 'budget',
  emission: debugEmission,
  // What is in it follows from the job, wherever the guest lives.
  area: { native: areaBytes, interpreted: () => 0, stays: true },
  reportsCost: false,
  isDebuggable: true,
  collector: context => new DebugCollector({ counters }, context),
}
