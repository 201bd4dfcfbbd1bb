/** The state of one hart as interpreter, guest ABI handlers and native code share it. */
import { DEFAULT_MEMORY, type MemoryWindow, type Xlen } from '../elf/image.ts'

/**
 * Registers are unsigned 64-bit lanes; on RV32 the upper half of each is zero. `x[0]` is always 0.
 * `x` and `memory` are views of the native state when native code runs the same guest.
 */
export interface Hart {
  readonly xlen: Xlen
  readonly x: BigUint64Array
  /** What LR has reserved for SC, in its only lane; 0 is nothing (isa/zalrsc/rows.ts). A view, as `x` is. */
  readonly reserved: BigUint64Array
  /** Address of the next instruction. */
  pc: number
  /** Instructions retired before it, since the guest's start; exact wherever the host executes an instruction. */
  instret: bigint
  /** Which addresses guest memory has. */
  readonly window: MemoryWindow
  /** Its bytes: index = guest address − `window.base`. */
  readonly memory: Uint8Array
  /** The same bytes as a DataView. */
  readonly view: DataView
}

/** Where a hart's registers and its reservation lie. */
interface HartLanes {
  readonly registers: BigUint64Array
  readonly reserved: BigUint64Array
}

/** Makes `to`'s registers and reservation those of `from`. */
export function copyLanes(from: Hart, to: Hart): void {
  to.x.set(from.x)
  to.reserved.set(from.reserved)
}

/** Makes a hart over existing memory. */
export function createHart(
  xlen: Xlen,
  memory: Uint8Array,
  { registers, reserved }: HartLanes = { registers: new BigUint64Array(32), reserved: new BigUint64Array(1) },
  window: MemoryWindow = DEFAULT_MEMORY,
): Hart {
  return {
    xlen,
    x: registers,
    reserved,
    pc: 0,
    instret: 0n,
    window,
    memory,
    view: new DataView(memory.buffer, memory.byteOffset, memory.byteLength),
  }
}
