/** What atomic instructions have in common: their encoding, and words of memory in their two widths. */
import type { Xlen } from '../elf/image.ts'

const AMO = 0x2f
/** Opcode, funct3 and funct5: the two bits between that and rs2, which order accesses of several harts, are free. */
export const AMO_MASK = 0xf800707f | 0

export const amoMatch = (funct5: number, bytes: 4 | 8): number =>
  AMO | ((bytes === 4 ? 2 : 3) << 12) | (funct5 << 27) | 0

/** A width in which memory is read and written. */
export interface AtomicWidth {
  readonly suffix: 'w' | 'd'
  readonly bytes: 4 | 8
  /** Double words are those of RV64 alone. */
  readonly only?: Xlen | undefined
  /** The word, sign-extended. */
  readonly read: (memory: Uint8Array) => bigint
  /** Its lower bits. */
  readonly write: (memory: Uint8Array, value: bigint) => void
}

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength)

export const atomicWidths: readonly AtomicWidth[] = [
  {
    suffix: 'w',
    bytes: 4,
    read: memory => BigInt(viewOf(memory).getInt32(0, true)),
    write: (memory, value) => viewOf(memory).setInt32(0, Number(BigInt.asIntN(32, value)), true),
  },
  {
    suffix: 'd',
    bytes: 8,
    only: 64,
    read: memory => viewOf(memory).getBigInt64(0, true),
    write: (memory, value) => viewOf(memory).setBigInt64(0, BigInt.asIntN(64, value), true),
  },
]
