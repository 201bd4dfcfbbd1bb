/** The archive of a guest's public values with what opens them from the root of all memory. */
import type { Archive } from '../archive/archive.ts'
import type { Content } from '../archive/write.ts'
import type { Xlen } from '../elf/image.ts'

const [XLEN, VALUES, BESIDE] = [0x901, 0x902, 0x903]

export interface Opening {
  readonly xlen: Xlen
  /** All bytes that the host has for them. */
  readonly values: Uint8Array
  /** The node over registers and memory: a hash of eight field elements. */
  readonly beside: Uint32Array
}

export const openingContent = ({ xlen, values, beside }: Opening): Content => ({
  content: 'opening',
  sections: new Map<number, readonly ArrayBufferView[]>([
    [XLEN, [BigUint64Array.of(BigInt(xlen))]],
    [VALUES, [values]],
    [BESIDE, [beside]],
  ]),
})

/** What an archive says: only a root shows whether it is true. @throws RvrError `ARCHIVE_INVALID` */
export function openingIn(archive: Archive): Opening {
  for (const kind of [XLEN, BESIDE]) {
    const { count, name } = archive.section(kind)
    if (count !== 1)
      throw archive.invalid(kind, { layer: 3, what: 'shape', found: count, wanted: 1 }, `it has ${count} ${name}`)
  }
  const xlen = Number(archive.longs(XLEN)[0])
  if (xlen !== 32 && xlen !== 64)
    throw archive.invalid(XLEN, { layer: 4, what: 'value', found: xlen }, `no guest has registers of ${xlen} bits`)
  return { xlen, values: archive.view(VALUES), beside: archive.words(BESIDE) }
}
