/** Where a guest's own program headers lie in its memory: a static program finds its thread-local data by them. */
import type { Image } from '../../elf/image.ts'

const PT_PHDR = 6

export interface ProgramHeaders {
  /** Address of the first. */
  readonly address: number
  readonly entryBytes: number
  readonly count: number
}

/** Undefined where no segment holds them. The reader of ELF files has checked that they lie within the file. */
export function programHeaders({ xlen, file, segments }: Image): ProgramHeaders | undefined {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const word = (at: number): number => (xlen === 64 ? Number(view.getBigUint64(at, true)) : view.getUint32(at, true))
  const offset = word(xlen === 64 ? 32 : 28)
  const entryBytes = view.getUint16(xlen === 64 ? 54 : 42, true)
  const count = view.getUint16(xlen === 64 ? 56 : 44, true)
  for (let index = 0; index < count; index++) {
    const at = offset + index * entryBytes
    if (view.getUint32(at, true) === PT_PHDR) return { address: word(at + (xlen === 64 ? 16 : 8)), entryBytes, count }
  }
  const holder = segments.find(({ bytes }) => {
    const from = bytes.byteOffset - file.byteOffset
    return bytes.buffer === file.buffer && from <= offset && offset + count * entryBytes <= from + bytes.length
  })
  if (holder === undefined) return undefined
  return { address: holder.address + offset - (holder.bytes.byteOffset - file.byteOffset), entryBytes, count }
}
