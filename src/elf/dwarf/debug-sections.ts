/** Debug sections of a guest, decompressed. */
import { windowEnd, type Image } from '../image.ts'
import { readSections, stringAt, type Section } from '../sections.ts'
import { Effort } from './effort.ts'

const SHF_COMPRESSED = 0x800
const ELFCOMPRESS = { zlib: 1, zstd: 2 } as const
/** What compressed sections may become together: those of compilers become far less. */
const mostBytes = (file: Uint8Array): number => Math.min(2 ** 30, 2 ** 26 + 32 * file.length)

const NAMES = ['info', 'abbrev', 'line', 'str', 'line_str', 'str_offsets', 'addr', 'ranges', 'rnglists'] as const
type Name = (typeof NAMES)[number]

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

type Contents = Readonly<Record<Name, Uint8Array>>

/** What is missing or damaged is empty; `unread` are the names of those that cannot be decompressed. */
function readContents(file: Uint8Array): { readonly contents: Contents; readonly unread: readonly string[] } {
  const wide = file[4] === 2
  const byName = new Map(readSections(file).map(section => [section.name, section]))
  const unread: string[] = []
  let left = mostBytes(file)
  const decompressed = ({ name, bytes: whole }: Section): Uint8Array => {
    const { kind, size, contents } = compression(whole, wide)
    const bytes = size > left ? undefined : inflated(kind, contents, size)
    if (bytes === undefined) unread.push(name)
    left -= bytes?.length ?? 0
    return bytes ?? NOTHING
  }
  const find = (name: Name): Uint8Array => {
    const section = byName.get(`.debug_${name}`)
    if (section === undefined) return NOTHING
    return (section.flags & SHF_COMPRESSED) === 0 ? section.bytes : decompressed(section)
  }
  return { contents: Object.fromEntries(NAMES.map(name => [name, find(name)])) as Contents, unread }
}

/** The sections that are read, each by its name without `.debug_`. Nothing here throws. */
export class DebugSections {
  readonly contents: Contents
  /** What all that read them may take together. */
  readonly effort: Effort
  /** Names of those that are there and cannot be decompressed. */
  readonly unread: readonly string[]
  /** First address behind guest memory. */
  readonly memoryEnd: number

  constructor({ file, memory }: Pick<Image, 'file' | 'memory'>) {
    this.memoryEnd = windowEnd(memory)
    const { contents, unread } = readContents(file)
    this.contents = contents
    this.unread = unread
    this.effort = new Effort(NAMES.reduce((sum, name) => sum + contents[name].length, 0))
  }

  /** The text at an offset of a section; empty where there is none. */
  text(name: Name, offset: number): string {
    if (this.effort.isSpent) return ''
    const text = stringAt(this.contents[name], offset)
    this.effort.spend(text.length)
    return text
  }
}
