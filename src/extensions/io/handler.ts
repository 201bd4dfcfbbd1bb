/** What the handlers of the `openvm` ABI's instructions have in common. */
import type { Hart } from '../../program/hart.ts'
import type { Trap } from '../../program/trap.ts'
import type { HostOutcome } from '../host.ts'

export const proceed: HostOutcome = { type: 'continue' }

/** The outcome of an instruction that traps. */
export function trap(value: Trap): HostOutcome {
  return { type: 'trap', trap: value }
}

/** Bytes of a register: a word of docs/guest-abi.md. */
export const wordBytes = (hart: Hart): number => hart.xlen / 8
