/** What the handlers of the `openvm` ABI's instructions have in common. */
import type { Instr } from '../../isa/row.ts'
import type { Hart } from '../../ir/hart.ts'
import type { Trap } from '../../ir/trap.ts'
import type { HostOutcome, HostState, PrintSink } from '../abi.ts'

/** Executes one instruction. All checks come before the first effect: a trapping instruction changes nothing. */
export type Handler = (instr: Instr, hart: Hart, host: HostState, print: PrintSink) => HostOutcome

export const proceed: HostOutcome = { type: 'continue' }

/** The outcome of an instruction that traps. */
export function trap(value: Trap): HostOutcome {
  return { type: 'trap', trap: value }
}

/** Bytes of a register: W of guest-abi.md. */
export const wordBytes = (hart: Hart): number => hart.xlen / 8
