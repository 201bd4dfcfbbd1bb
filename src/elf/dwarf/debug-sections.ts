/** Debug sections of a guest, decompressed. */
import { readSections } from '../sections.ts'

const SHF_COMPRESSED = 0x800
const ELFCOMPRESS = { zlib: 1, zstd: 2 } as const
/** All of them together: no guest's are larger, and nobody wants to wait for more. */
const MOST_BYTES = 2 ** 30

export interface DebugSections {
  readonly info: Uint8Array
  readonly abbrev: Uint8Array
  readonly line: Uint8Array
  readonly str: Uint8Array
  readonly line_str: Uint8Array
  readonly str_offsets: Uint8Array
  readonly addr: Uint8Array
  readonly ranges: Uint8Array
  readonly rnglists: Uint8Array
  /** What is there and cannot be read, in words. */
  readonly doubts: readonly string[]
}

const NOTHING = new Uint8Array(0)

function inflated(kind: number, bytes: Uint8Array, size: number): Uint8Array | undefined {
  const limit = { maxOutputLength: Math.max(1, size) }
  // Loaded where it is needed: few runs trap.
  const zlib = process.getBuiltinModule('node:zlib')
  try {
    if (kind === ELFCOMPRESS.zlib) return zlib.inflateSync(bytes, limit)
    // Node 22.15 is the first with zstd.
    if (kind === ELFCOMPRESS.zstd) return zlib.zstdDecompressSync?.(bytes, limit)
  } catch {
    // Damaged: it is as if it were not there.
  }
  return undefined
}

/** `ELFnn_Chdr`: kind, size. */
function compression(bytes: Uint8Array, wide: boolean): { kind: number; size: number; contents: Uint8Array } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const header = wide ? 24 : 12
  if (bytes.length < header) return { kind: 0, size: 0, contents: NOTHING }
  const size = wide ? Number(view.getBigUint64(8, true)) : view.getUint32(4, true)
  return { kind: view.getUint32(0, true), size, contents: bytes.subarray(header) }
}

/** Never throws: what is missing or damaged is empty. */
export function debugSections(file: Uint8Array): DebugSections {
  const wide = file[4] === 2
  const byName = new Map(readSections(file).map(section => [section.name, section]))
  const doubts: string[] = []
  let left = MOST_BYTES
  const find = (name: string): Uint8Array => {
    const section = byName.get(`.debug_${name}`)
    if (section === undefined) return NOTHING
    if ((section.flags & SHF_COMPRESSED) === 0) return section.bytes
    const { kind, size, contents } = compression(section.bytes, wide)
    const bytes = size > left ? undefined : inflated(kind, contents, size)
    if (bytes === undefined) doubts.push(`section .debug_${name} cannot be decompressed`)
    left -= bytes?.length ?? 0
    return bytes ?? NOTHING
  }
  return {
    info: find('info'),
    abbrev: find('abbrev'),
    line: find('line'),
    str: find('str'),
    line_str: find('line_str'),
    str_offsets: find('str_offsets'),
    addr: find('addr'),
    ranges: find('ranges'),
    rnglists: find('rnglists'),
    doubts,
  }
}
