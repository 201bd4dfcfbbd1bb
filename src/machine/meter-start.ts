/** What the meter of a guest starts with: its chips, limits and first leaves, written to a zeroed area. */
import { MEMORY, PUBLIC_VALUES, REGISTERS } from '../layout/meter.ts'
import { LEAST_LEAVES, LEAST_SWELL } from '../layout/meter-rules.ts'
import type { SegmentLimits } from './limits.ts'
import type { Machine } from './machine.ts'
import { FIELD, type MeterArea } from './meter-area.ts'
import type { Swelling } from './swell.ts'

export interface MeterStart {
  readonly limits: SegmentLimits
  /** Defined instruction slots. */
  readonly slots: number
  /** Leaves of guest memory that are not all-zero. */
  readonly imageLeaves: Iterable<number>
  readonly publicValuesBytes: number
  /** Which instructions may add more rows than one to a chip. */
  readonly swelling: Swelling
  /** Keep every check, so that the run cannot be lost. */
  readonly careful: boolean
}

/** Rows that every guest has, widths, and the numbers of the chips of memory. */
function describeChips(area: MeterArea, { chips, memoryChips }: Machine, slots: number): void {
  for (const [chip, { width, interactions, nextRow, constantHeight }] of chips.entries()) {
    area.widths[chip] = width
    area.interactions[chip] = interactions
    area.nextRow[chip] = nextRow === true ? 1 : 0
    area.fixed[chip] = constantHeight === undefined ? 0 : 1
    area.heights[chip] = constantHeight === 'slots' ? slots : (constantHeight ?? 0)
  }
  area.set('chips', chips.length)
  area.set('boundary', memoryChips.boundary)
  area.set('merkle', memoryChips.merkle)
  area.set('hash', memoryChips.hash)
}

function describeTree(area: MeterArea, { memory }: Machine, publicValuesBytes: number): void {
  const { leafBytes, spaceBits, spaceOffsets } = area.layout
  const publicLeaves = Math.max(1, Math.ceil(publicValuesBytes / leafBytes))
  const bits = [Math.log2(memory.registerBytes / leafBytes), spaceBits, Math.ceil(Math.log2(publicLeaves))]
  for (const space of [REGISTERS, MEMORY, PUBLIC_VALUES]) {
    area.words[FIELD.space_offset + space] = spaceOffsets[space]!
    area.words[FIELD.space_bits + space] = bits[space]!
  }
}

/** Fills in a zeroed area what stays as it is, and the reserve that the first look at the limits has. */
export function describeGuest(area: MeterArea, machine: Machine, guest: MeterStart): void {
  const { limits, slots, publicValuesBytes, swelling, careful } = guest
  describeChips(area, machine, slots)
  describeTree(area, machine, publicValuesBytes)
  for (const [chip, unit] of swelling.units) area.units[chip] = unit
  area.set('reserve_swell', swelling.isPossible ? LEAST_SWELL : 0)
  area.set('reserve_leaves', swelling.isPossible ? LEAST_LEAVES : 0)
  area.set('careful', careful ? 1 : 0)
  area.set('interval', machine.limits.checkInterval)
  area.set('max_height', limits.maxTraceHeight)
  area.setWide('max_memory', limits.maxMemoryBytes)
  area.setWide('max_interactions', limits.maxInteractions)
}
