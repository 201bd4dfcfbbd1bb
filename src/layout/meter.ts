/** The meter area in front of an instance's dispatch table; the same bytes in shared memory serve the interpreter. */
import { offsetIn, readLayout, structHeader, type StructLayout } from './struct.ts'

interface Part {
  /** Bytes from the area's start. */
  readonly offset: number
  readonly count: number
}

/** Where what depends on the size of leaves lies in the area. */
interface MeterParts {
  /**
   * What was touched, uint32 each: leaves by their identifiers (`leafId`), and for leaves of guest memory the first of
   * their page; which of the page they are, the marks say.
   */
  readonly log: Part
  /** Pairs of stamp index and former stamp, uint32 each. */
  readonly undo: Part
  /** A page's number, a word that is not used, and what `pages` had of it. */
  readonly undoPages: Part
  /**
   * One uint32 for each node of the memory tree, from the pages of guest memory up: the last segment that touched it.
   */
  readonly stamps: Part
  /**
   * Two masks of 64 bits for each page of guest memory: leaves that the last segment touched that touched the page, and
   * leaves that any did, or that the image holds.
   */
  readonly pages: Part
  /** One byte for each page of guest memory: not 0 when it is in the log, and not yet in `pages`. */
  readonly pending: Part
  /** One byte for each leaf of guest memory: not 0 when it has been touched since the marks were last cleared. */
  readonly seen: Part
  /** Index in `stamps` where each address space begins. */
  readonly spaceOffsets: readonly [registers: number, memory: number, publicValues: number]
  /** Bytes of the whole area, whole pages. */
  readonly areaBytes: number
}

interface MeterStruct extends StructLayout {
  readonly byLeafBytes: Readonly<Record<LeafBytes, MeterParts>>
}

export const meterStruct = readLayout<MeterStruct>('meter')

/** Byte offset of a field in the meter area. */
export const meterOffset = (name: string): number => offsetIn(meterStruct, name)

/** Bytes that a leaf of the memory tree may have. No access of an instruction touches more than two. */
export type LeafBytes = 8 | 16

/** A page is so many leaves of guest memory: the bits of two words of 32, in which inner nodes are too. */
export const PAGE_SHIFT = 6
export const PAGE_LEAVES = 2 ** PAGE_SHIFT

/** Levels of the memory tree that tell address spaces apart, above those of the leaves of one. */
const SPACE_LEVELS = 3
/** Number of the first node right above the address spaces, two of which share one. */
export const SPACE_ROOTS = 2 ** (SPACE_LEVELS - 1)

/** A memory tree with leaves of one size (docs/metering.md, "Memory tables"), and the area of a meter of it. */
export interface MeterLayout extends MeterParts {
  readonly leafBytes: LeafBytes
  readonly leafShift: number
  /** Bits of a leaf's identifier that number it within its address space, and a mask of them. */
  readonly spaceBits: number
  readonly leafMask: number
  readonly treeHeight: number
}

function layoutFor(leafBytes: LeafBytes): MeterLayout {
  const parts = meterStruct.byLeafBytes[leafBytes]
  const spaceBits = Math.log2(parts.seen.count)
  return {
    ...parts,
    leafBytes,
    leafShift: Math.log2(leafBytes),
    spaceBits,
    leafMask: 2 ** spaceBits - 1,
    treeHeight: spaceBits + SPACE_LEVELS,
  }
}

/** By bytes of a leaf. */
export const meterLayouts: Readonly<Record<LeafBytes, MeterLayout>> = { 8: layoutFor(8), 16: layoutFor(16) }

/** Identifies a leaf in all address spaces: address space index · 2^spaceBits + leaf. */
export const leafId = ({ spaceBits }: MeterLayout, space: number, leaf: number): number => (space << spaceBits) | leaf

/** Address spaces as indices: the numbers of docs/metering.md, "Memory tables", less 1. */
export const REGISTERS = 0
export const MEMORY = 1
export const PUBLIC_VALUES = 2

/** Lanes that the area has room for. */
export const AREA_LANES = meterStruct.fields.find(({ name }) => name === 'lanes')!.count!

/** Chips that the area has room for: the length of its lists by chip. */
export const AREA_CHIPS = meterStruct.fields.find(({ name }) => name === 'heights')!.count!

/** The C declaration, the places of the area's parts, and the numbers of what lies in them. */
export function meterHeader(layout: MeterLayout): string {
  const { log, undo, undoPages, stamps, pages, pending, seen } = layout
  const parts = {
    LOG: log,
    UNDO: undo,
    UNDO_PAGES: undoPages,
    STAMPS: stamps,
    PAGES: pages,
    PENDING: pending,
    SEEN: seen,
  }
  const constants = Object.entries(parts).flatMap(([name, part]) => [
    `METER_${name}_OFFSET = ${part.offset}`,
    `METER_${name}_COUNT = ${part.count}`,
  ])
  const numbers = {
    LEAF_SHIFT: layout.leafShift,
    LEAF_BYTES: layout.leafBytes,
    SPACE_BITS: layout.spaceBits,
    SPACE_ROOTS,
    TREE_HEIGHT: layout.treeHeight,
    MEMORY_SPACE: MEMORY,
    PAGE_SHIFT,
  }
  for (const [name, value] of Object.entries(numbers)) constants.push(`METER_${name} = ${value}`)
  const declaration = structHeader(meterStruct, 'rvr_meter', 'The meter area in front of the dispatch table.')
  return `${declaration}enum { ${constants.join(', ')} };\n`
}
