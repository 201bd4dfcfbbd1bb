/** The state of one hart as interpreter, guest ABI handlers and native code share it. */
import type { Xlen } from '../elf/image.ts'

/**
 * Registers are unsigned 64-bit lanes; on RV32 the upper half of each is zero. `x[0]` is always 0.
 * `x` and `memory` are views of the native state when native code runs the same guest.
 */
export interface Hart {
  readonly xlen: Xlen
  readonly x: BigUint64Array
  /** Address of the next instruction. */
  pc: number
  /** Instructions retired before it, since the guest's start; exact wherever the host executes an instruction. */
  instret: bigint
  /** Guest memory, 2^29 bytes, index = guest address. */
  readonly memory: Uint8Array
  /** The same bytes as a DataView. */
  readonly view: DataView
}

/** Makes a hart over existing memory with registers in `x`. */
export function createHart(xlen: Xlen, memory: Uint8Array, x: BigUint64Array = new BigUint64Array(32)): Hart {
  return {
    xlen,
    x,
    pc: 0,
    instret: 0n,
    memory,
    view: new DataView(memory.buffer, memory.byteOffset, memory.byteLength),
  }
}
