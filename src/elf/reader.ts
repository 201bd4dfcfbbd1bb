/** Reads little-endian fields of a file and rejects a file that ends inside one. */
import type { Xlen } from './image.ts'
import { rejection } from './reject.ts'

/** Reads the named field at byte `offset`; addresses and offsets come as exact bigints, everything else as numbers. */
export interface FieldReader {
  readonly bytes: Uint8Array
  readonly path: string
  u8(field: string, offset: number): number
  u16(field: string, offset: number): number
  u32(field: string, offset: number): number
  /** A field of the file's class: 4 bytes in ELFCLASS32, 8 bytes in ELFCLASS64. */
  word(field: string, offset: number, xlen: Xlen): bigint
}

/** Every method throws RvrError `ELF_INVALID` when the file ends before the field does. */
export function createFieldReader(bytes: Uint8Array, path: string): FieldReader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const within = (field: string, offset: number, size: number): number => {
    if (offset + size > bytes.length) {
      throw rejection(path, {
        field,
        found: `cut off (the file has ${bytes.length} bytes)`,
        wanted: `${size} bytes at offset ${offset}`,
        hint: 'The file is truncated; copy or build it again.',
      })
    }
    return offset
  }
  return {
    bytes,
    path,
    u8: (field, offset) => view.getUint8(within(field, offset, 1)),
    u16: (field, offset) => view.getUint16(within(field, offset, 2), true),
    u32: (field, offset) => view.getUint32(within(field, offset, 4), true),
    word: (field, offset, xlen) =>
      xlen === 64
        ? view.getBigUint64(within(field, offset, 8), true)
        : BigInt(view.getUint32(within(field, offset, 4), true)),
  }
}
