/** The meter area in front of an instance's dispatch table; the same bytes in shared memory serve the interpreter. */
import { offsetIn, readLayout, structHeader, type StructLayout } from './struct.ts'

interface Part {
  /** Bytes from the area's start. */
  readonly offset: number
  readonly count: number
}

interface MeterLayout extends StructLayout {
  /** Leaves touched: address space · 2^25 + leaf, uint32 each. */
  readonly log: Part
  /** Pairs of stamp index and former stamp, uint32 each. */
  readonly undo: Part
  /** One uint32 for each node of the memory tree: the last segment that touched it. */
  readonly stamps: Part
  /** One byte for each leaf of guest memory: not 0 when the log has it already. */
  readonly seen: Part
  /** Index in `stamps` where each address space begins. */
  readonly spaceOffsets: readonly [registers: number, memory: number, publicValues: number]
  /** Bytes of the whole area, whole pages. */
  readonly areaBytes: number
}

export const meterLayout = readLayout<MeterLayout>('meter')

/** Byte offset of a field in the meter area. */
export const meterOffset = (name: string): number => offsetIn(meterLayout, name)

/** Bytes of a leaf, leaves of guest memory, and heights of the tree (docs/metering.md, "Memory tables"). */
export const LEAF_SHIFT = 4
export const SPACE_BITS = 25
export const TREE_HEIGHT = 28
/** Number of the first node right above the address spaces, two of which share one. */
export const SPACE_ROOTS = 2 ** (TREE_HEIGHT - SPACE_BITS - 1)

/** Bytes of a leaf, and the bits of a leaf's identifier that number it within its address space. */
export const LEAF_BYTES = 2 ** LEAF_SHIFT
export const LEAF_MASK = 2 ** SPACE_BITS - 1

/** Address spaces as indices: the numbers of docs/metering.md, "Memory tables", less 1. */
export const REGISTERS = 0
export const MEMORY = 1
export const PUBLIC_VALUES = 2

/** Lanes that the area has room for. */
export const AREA_LANES = meterLayout.fields.find(({ name }) => name === 'lanes')!.count!

/** Chips that the area has room for: the length of its lists by chip. */
export const AREA_CHIPS = meterLayout.fields.find(({ name }) => name === 'heights')!.count!

/** The C declaration, the places of the area's parts, and the numbers of what lies in them. */
export function meterHeader(): string {
  const { log, undo, stamps, seen } = meterLayout
  const constants = Object.entries({ LOG: log, UNDO: undo, STAMPS: stamps, SEEN: seen }).flatMap(([name, part]) => [
    `METER_${name}_OFFSET = ${part.offset}`,
    `METER_${name}_COUNT = ${part.count}`,
  ])
  const numbers = { LEAF_SHIFT, LEAF_BYTES, SPACE_BITS, SPACE_ROOTS, TREE_HEIGHT, MEMORY_SPACE: MEMORY }
  for (const [name, value] of Object.entries(numbers)) constants.push(`METER_${name} = ${value}`)
  const declaration = structHeader(meterLayout, 'rvr_meter', 'The meter area in front of the dispatch table.')
  return `${declaration}enum { ${constants.join(', ')} };\n`
}
