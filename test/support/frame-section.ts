/** Builds sections of call frame information for tests. */
import type { Xlen } from '../../src/elf/image.ts'

export interface FrameSectionSpec {
  readonly xlen: Xlen
  readonly isEh?: boolean
  /** Of the section, which pointers are relative to; default 0. */
  readonly address?: number
  readonly version?: number
  readonly augmentation?: string
  /** Augmentation data of the common entry. */
  readonly data?: readonly number[]
  /** DW_EH_PE of addresses, which the caller has put into `data` too. */
  readonly encoding?: number
  readonly returnAddress?: number
  /** Program of the common entry; default def_cfa sp 0. */
  readonly initial?: readonly number[]
  /** Both kinds of entries with 64-bit lengths. */
  readonly isLong?: boolean
  readonly entries: readonly { readonly from: number; readonly size: number; readonly program: readonly number[] }[]
}

export const uleb = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) | 128, ...uleb(Math.floor(value / 128))]

const little = (value: number, count: number): number[] => {
  const view = new DataView(new ArrayBuffer(8))
  view.setBigInt64(0, BigInt(value), true)
  return [...new Uint8Array(view.buffer, 0, count)]
}

/** Bytes of a pointer; leb128 forms stand for small numbers only. */
function pointer(value: number, encoding: number, xlen: Xlen): number[] {
  switch (encoding & 15) {
    case 0:
      return little(value, xlen / 8)
    case 1:
      return uleb(value)
    case 2:
    case 10:
      return little(value, 2)
    case 3:
    case 11:
      return little(value, 4)
    case 4:
    case 12:
      return little(value, 8)
    default:
      throw new Error(`no encoding ${encoding}`)
  }
}

export function frameSection(spec: FrameSectionSpec): Uint8Array {
  const { xlen, isEh = true, address = 0, version = isEh ? 1 : 4, augmentation = '', data = [], encoding = 0 } = spec
  const { returnAddress = 1, initial = [0x0c, 2, 0], isLong = false, entries } = spec
  const bytes: number[] = []
  const augmented = augmentation.startsWith('z')
  const idSize = isLong && !isEh ? 8 : 4
  const entry = (id: number, body: readonly number[]): void => {
    if (isLong) bytes.push(0xff, 0xff, 0xff, 0xff)
    bytes.push(...little(idSize + body.length, isLong ? 8 : 4), ...little(id, idSize), ...body)
  }
  entry(isEh ? 0 : -1, [
    version,
    ...new TextEncoder().encode(`${augmentation}\0`),
    ...(version === 4 ? [xlen / 8, 0] : []),
    1,
    0x80 - xlen / 8,
    returnAddress,
    ...(augmented ? [...uleb(data.length), ...data] : []),
    ...initial,
  ])
  for (const { from, size, program } of entries) {
    const idAt = bytes.length + (isLong ? 12 : 4)
    const at = address + idAt + idSize
    const place = pointer((encoding & 0x70) === 0x10 ? from - at : from, encoding, xlen)
    const body = [...place, ...pointer(size, encoding, xlen), ...(augmented ? [0] : []), ...program]
    entry(isEh ? idAt : 0, body)
  }
  return Uint8Array.from(bytes)
}
