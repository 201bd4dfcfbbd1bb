/** The symbol table of a guest, and the name of the function that an address lies in. */
import { hexText } from '../hex.ts'
import { ReadableNames } from './demangle/names.ts'
import { windowEnd, type ElfSymbol, type Image, type MemoryWindow } from './image.ts'
import { lastAtMost } from './search.ts'
import { readSections, stringAt } from './sections.ts'

const SHT_SYMTAB = 2
const STT_NOTYPE = 0
const STT_OBJECT = 1
const STT_FUNC = 2
const SHN_UNDEF = 0
const KINDS: Readonly<Record<number, ElfSymbol['kind']>> = {
  [STT_NOTYPE]: 'other',
  [STT_OBJECT]: 'object',
  [STT_FUNC]: 'function',
}

/** By address; at one address the larger symbol first, then by name, so that the order never depends on the file's. */
function inOrder(a: ElfSymbol, b: ElfSymbol): number {
  if (a.address !== b.address) return a.address - b.address
  if (a.size !== b.size) return b.size - a.size
  if (a.name === b.name) return 0
  return a.name < b.name ? -1 : 1
}

const [DOLLAR, DOT, CAPITAL_L] = [0x24, 0x2e, 0x4c]
const isLabel = (names: Uint8Array, at: number): boolean =>
  names[at] === DOLLAR || (names[at] === DOT && names[at + 1] === CAPITAL_L)

/**
 * The defined symbols of `.symtab` ordered by address. Left out: names that are empty or start with `$` (mapping
 * symbols) or `.L` (labels of compilers, of which an unstripped guest of gcc has more than of anything else), file,
 * section and thread-local symbols, and addresses outside guest memory. A damaged table yields no
 * symbols, nor does one whose names overlap beyond all use: they would take far more memory than the file.
 */
export function readSymbols(bytes: Uint8Array, memory: MemoryWindow): ElfSymbol[] {
  const end = windowEnd(memory)
  const wide = bytes[4] === 2
  const entrySize = wide ? 24 : 16
  const sections = readSections(bytes)
  const table = sections.find(section => section.type === SHT_SYMTAB)
  const strings = table === undefined ? undefined : sections[table.link]?.bytes
  if (table === undefined || strings === undefined || table.entrySize !== entrySize) return []
  const view = new DataView(table.bytes.buffer, table.bytes.byteOffset, table.bytes.byteLength)
  const symbols: ElfSymbol[] = []
  // Names may share an ending, which linkers make use of.
  let left = 4 * strings.length + 2 ** 20
  for (let at = 0; at + entrySize <= table.bytes.length; at += entrySize) {
    const kind = KINDS[view.getUint8(at + (wide ? 4 : 12)) & 15]
    const section = view.getUint16(at + (wide ? 6 : 14), true)
    const address = wide ? Number(view.getBigUint64(at + 8, true)) : view.getUint32(at + 4, true)
    const size = wide ? Number(view.getBigUint64(at + 16, true)) : view.getUint32(at + 8, true)
    if (kind === undefined || section === SHN_UNDEF || address > end) continue
    const nameAt = view.getUint32(at, true)
    if (isLabel(strings, nameAt)) continue
    const name = stringAt(strings, nameAt)
    left -= name.length
    if (left < 0) return []
    if (name === '') continue
    symbols.push({ name, address, size: Math.min(size, end - address), kind })
  }
  return symbols.toSorted(inOrder)
}

const functionsOf = new WeakMap<Image, readonly ElfSymbol[]>()

function functions(image: Image): readonly ElfSymbol[] {
  let list = functionsOf.get(image)
  if (list === undefined) functionsOf.set(image, (list = image.symbols.filter(symbol => symbol.kind === 'function')))
  return list
}

/** Index of the last function that starts at or below `pc`; -1 where there is none. */
const lastBelow = (list: readonly ElfSymbol[], pc: number): number =>
  lastAtMost(list.length, pc, index => list[index]!.address)

/**
 * Where the function starts that an address belongs to: the next one below it, however far. Undefined where the guest
 * names none.
 */
export function functionStart(image: Image, pc: number): number | undefined {
  const list = functions(image)
  return list[lastBelow(list, pc)]?.address
}

const namesOf = new WeakMap<Image, ReadableNames>()

/** Readable names of the guest's symbols. */
export function readableNames(image: Image): ReadableNames {
  let names = namesOf.get(image)
  if (names === undefined) namesOf.set(image, (names = new ReadableNames()))
  return names
}

/** Where an address lies in a function. */
export interface Place {
  /** The function's name as people write it, and as the file has it. */
  readonly name: string
  readonly symbol: string
  /** Bytes behind the function's start. */
  readonly offset: number
}

/**
 * The function that covers an address; undefined where none does. One without a size reaches up to the next one or to
 * the end of its segment.
 */
export function functionAt(image: Image, pc: number): ElfSymbol | undefined {
  const list = functions(image)
  // Aliases share an address; the largest of them comes first.
  let index = lastBelow(list, pc)
  while (index > 0 && list[index - 1]!.address === list[index]!.address) index--
  const symbol = list[index]
  if (symbol === undefined) return undefined
  const segment = image.segments.find(
    ({ address, memorySize }) => symbol.address >= address && symbol.address < address + memorySize,
  )
  const segmentEnd = segment === undefined ? symbol.address : segment.address + segment.memorySize
  const end = symbol.size > 0 ? symbol.address + symbol.size : segmentEnd
  return pc < end ? symbol : undefined
}

/** Where an address lies in the function that covers it. */
export function placeAt(image: Image, pc: number): Place | undefined {
  const symbol = functionAt(image, pc)
  if (symbol === undefined) return undefined
  return { name: readableNames(image).of(symbol.name), symbol: symbol.name, offset: pc - symbol.address }
}

/** `name` or `name+0x1c`, with the readable name. */
export const placeText = ({ name, offset }: Place): string => (offset === 0 ? name : `${name}+${hexText(offset)}`)

/** The text of the place that an address is; undefined where no function covers it. */
export function symbolAt(image: Image, pc: number): string | undefined {
  const place = placeAt(image, pc)
  return place === undefined ? undefined : placeText(place)
}
