/** What is known of a trap. */
import type { TrapKind } from '../program/trap.ts'
import type { Backtrace } from './backtrace/backtrace.ts'

/** A trap with everything known about the instruction that raised it. */
export interface TrapReport {
  readonly kind: TrapKind
  readonly pc: number
  /** Function (its readable name) and offset, such as `main+0x1c`; absent where the guest has no symbols there. */
  readonly symbol?: string
  /** The function's symbol as the guest has it, where it is mangled. */
  readonly mangled?: string
  /** The memory address or jump target concerned. */
  readonly address?: bigint
  /** The item that the guest pulled, its key as hex digits: traps about streams. */
  readonly item?: { readonly kind: number; readonly key: string }
  /** The instruction's assembly text. */
  readonly instruction: string
  readonly message: string
  /** Instructions retired before the trap. */
  readonly instret: bigint
  /** x0 … x31 before the instruction. */
  readonly registers: readonly bigint[]
  /** The calls that led to it. */
  readonly backtrace: Backtrace
}
