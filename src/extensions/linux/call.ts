/** One system call as its handler sees it: arguments, memory, host state. */
import { bytesAt, isInMemory } from '../../program/access.ts'
import type { Hart } from '../../program/hart.ts'
import type { Trap } from '../../program/trap.ts'
import type { PrintSink } from '../host.ts'
import type { LinuxHost } from './host.ts'

export interface SystemCall {
  readonly hart: Hart
  readonly host: LinuxHost
  readonly print: PrintSink
  /** Argument 0 … 5 (a0 … a5), XLEN bits unsigned. */
  argument(index: number): bigint
  /** Argument as a C `int`: the low 32 bits, signed. */
  int(index: number): number
}

/** Result of a system call: a value for a0 (negative: error number), the end of the guest, or a trap of the call. */
export type SystemResult =
  | number
  | bigint
  | { readonly exitCode: number }
  | { readonly trap: Pick<Trap, 'kind' | 'message'> }
export type SystemHandler = (call: SystemCall) => SystemResult

const A0 = 10

export function systemCall(hart: Hart, host: LinuxHost, print: PrintSink): SystemCall {
  return {
    hart,
    host,
    print,
    argument: index => hart.x[A0 + index]!,
    int: index => Number(BigInt.asIntN(32, hart.x[A0 + index]!)),
  }
}

/** The view of `length` bytes of guest memory at `address`; undefined where they are not all inside (EFAULT). */
export function guestBytes(hart: Hart, address: bigint, length: bigint | number): Uint8Array | undefined {
  return isInMemory(hart.window, address, length) ? bytesAt(hart, Number(address), Number(length)) : undefined
}

/** The word of the guest's width at an address that has been checked. */
export const guestWord = (hart: Hart, at: number): bigint =>
  hart.xlen === 64 ? hart.view.getBigUint64(at, true) : BigInt(hart.view.getUint32(at, true))

export function setGuestWord(hart: Hart, at: number, value: bigint | number): void {
  if (hart.xlen === 64) hart.view.setBigUint64(at, BigInt.asUintN(64, BigInt(value)), true)
  else hart.view.setUint32(at, Number(BigInt.asUintN(32, BigInt(value))), true)
}
