/** The functions that a guest's code is divided into: by its symbols, and where it has none by its direct calls. */
import type { AddressRange, Image } from '../../elf/image.ts'
import { lastAtMost } from '../../elf/search.ts'
import type { SlotBytes } from '../../isa/row.ts'
import { rangeAt, sizeOf, slotRanges, type SlotRange } from '../../program/slots.ts'

/** Every instruction slot of all executable segments belongs to one function; columns, in address order. */
export interface Functions {
  /** Bytes of a slot. */
  readonly slotBytes: SlotBytes
  /** Address of the first slot. */
  readonly starts: Uint32Array
  /** First address behind the last slot. */
  readonly ends: Uint32Array
  /** Addresses of all direct calls: `jal` with link, `auipc` and `jalr` with link side by side (that of the `jalr`). */
  readonly sites: Uint32Array
  /** Index in `sites` of the function's first; one more element says where the last one's end. */
  readonly firstSite: Uint32Array
}

const known = new WeakMap<Image, Map<SlotBytes, Functions>>()

/** Of the image and its slots alone, so it is the same for whoever counts. */
export function functionsOf(image: Image, slotBytes: SlotBytes): Functions {
  let bySize = known.get(image)
  if (bySize === undefined) known.set(image, (bySize = new Map()))
  let functions = bySize.get(slotBytes)
  if (functions === undefined) bySize.set(slotBytes, (functions = partition(image, slotBytes)))
  return functions
}

/** Index of the function that the slot at `pc` lies in; -1 where there is no slot. */
export function functionAt({ starts, ends }: Functions, pc: number): number {
  const index = lastAtMost(starts.length, pc, at => starts[at]!)
  return index >= 0 && pc < ends[index]! ? index : -1
}

/** Do instructions that link into this register call? As RISC-V's hints for return address stacks have it. */
export const isLink = (register: number): boolean => register === 1 || register === 5

function partition(image: Image, slotBytes: SlotBytes): Functions {
  const ranges = slotRanges(image, slotBytes)
  const calls = ranges.flatMap(range => directCalls(range, image.sections.data))
  const starts = startsOf(image, slotBytes, calls)
  const ends = starts.map((start, index) => {
    const { end } = ranges.find(({ base, end: last }) => start >= base && start < last)!
    return Math.min(starts[index + 1] ?? end, end)
  })
  const sites = Uint32Array.from(calls, ({ pc }) => pc)
  const firstSite = new Uint32Array(starts.length + 1)
  for (const [index, start] of starts.entries())
    firstSite[index] = lastAtMost(sites.length, start - 1, at => sites[at]!) + 1
  firstSite[starts.length] = sites.length
  return { slotBytes, starts, ends, sites, firstSite }
}

function startsOf(image: Image, slotBytes: SlotBytes, calls: readonly DirectCall[]): Uint32Array {
  const { symbols, entry } = image
  const isSlot = (pc: number): boolean => rangeAt(image, slotBytes, pc) !== undefined
  const named = symbols.filter(({ kind }) => kind === 'function')
  const starts = new Set(slotRanges(image, slotBytes).map(({ base }) => base))
  for (const { address } of named) if (isSlot(address)) starts.add(address)
  /** By symbol: the first address behind it and all before it. */
  const covered: number[] = []
  for (const { address, size } of named) covered.push(Math.max(address + size, covered.at(-1) ?? 0))
  const isCovered = (pc: number): boolean => (covered[lastAtMost(named.length, pc, at => named[at]!.address)] ?? 0) > pc
  const add = (target: number): void => {
    if (isSlot(target) && !isCovered(target)) starts.add(target)
  }
  add(entry)
  for (const { target } of calls) add(target)
  return Uint32Array.from(starts).toSorted()
}

interface DirectCall {
  readonly pc: number
  readonly target: number
}

const JAL = 0x6f
const JALR = 0x67
const AUIPC = 0x17
const rdOf = (word: number): number => (word >>> 7) & 31

/** How far a `jal` goes. */
const jumpOf = (word: number): number =>
  ((word >> 31) << 20) | (word & 0xff000) | ((word >>> 9) & 0x800) | ((word >>> 20) & 0x7fe)

/** In address order; words that section headers call data are none. */
function directCalls(
  { base, slotBytes, written, end, wordAt }: SlotRange,
  data: readonly AddressRange[],
): DirectCall[] {
  const calls: DirectCall[] = []
  let next = 0
  let before = 0
  let beforeAt = 0
  for (let pc = base, size: number; pc < Math.min(written, end); pc += size) {
    while (next < data.length && data[next]!.to <= pc) next++
    const found = wordAt(pc)
    size = sizeOf(found, slotBytes)
    const isData = next < data.length && data[next]!.from < pc + size
    const word = isData ? 0 : found
    if (isData) size = slotBytes
    const opcode = word & 0x707f
    if ((word & 0x7f) === JAL && isLink(rdOf(word))) calls.push({ pc, target: pc + jumpOf(word) })
    else if (
      opcode === JALR &&
      isLink(rdOf(word)) &&
      (before & 0x7f) === AUIPC &&
      rdOf(before) === ((word >>> 15) & 31)
    )
      calls.push({ pc, target: (beforeAt + (before & ~0xfff) + (word >> 20)) & ~1 })
    before = word
    beforeAt = pc
  }
  return calls
}
