/** JavaScript's views of a meter area, wherever it lies. */
import type { AreaPlace } from '../layout/area.ts'
import { AREA_CHIPS, meterOffset, meterStruct, type MeterLayout } from '../layout/meter.ts'
import { meterLayoutOf, rowsPerLeaf } from './leaves.ts'
import type { Machine } from './machine.ts'

const FIELDS = [
  'max_height',
  'interval',
  'quiet',
  'quiet_leaves',
  'steady',
  'recording',
  'drained',
  'log_length',
  'log_done',
  'undo_length',
  'host_wrote',
  'stamp',
  'zero_height',
  'chips',
  'boundary',
  'merkle',
  'hash',
  'space_offset',
  'space_bits',
  'swell',
  'quiet_swell',
  'reserve_swell',
  'reserve_leaves',
  'careful',
  'look_leaves',
  'leaves',
  'undo_pages_length',
  'kept_zero_height',
] as const
const WIDE_FIELDS = [
  'retired',
  'granted',
  'limit',
  'left',
  'segment_start',
  'checkpoint',
  'max_memory',
  'max_interactions',
] as const

type Field = (typeof FIELDS)[number]
type WideField = (typeof WIDE_FIELDS)[number]

/** Indices of the 32-bit fields in `words` and of the 64-bit fields in `wide`. */
export const FIELD = Object.fromEntries(FIELDS.map(name => [name, meterOffset(name) / 4])) as Record<Field, number>
export const WIDE = Object.fromEntries(WIDE_FIELDS.map(name => [name, meterOffset(name) / 8])) as Record<
  WideField,
  number
>

export class MeterArea {
  readonly layout: MeterLayout
  /** Rows of the boundary chip for each leaf. */
  readonly leafRows: number
  readonly words: Uint32Array
  readonly wide: BigInt64Array
  readonly heights: Uint32Array
  readonly keptHeights: Uint32Array
  readonly widths: Uint32Array
  readonly interactions: Uint32Array
  readonly units: Uint32Array
  readonly nextRow: Uint8Array
  readonly fixed: Uint8Array
  readonly log: Uint32Array
  readonly undo: Uint32Array
  /** Six words each: number, nothing, and the page's four. */
  readonly undoPages: Uint32Array
  readonly stamps: Uint32Array
  /** Four words each: the two masks (`MeterLayout`), lower half first. */
  readonly pages: Uint32Array
  readonly pending: Uint8Array
  readonly seen: Uint8Array

  constructor({ buffer, offset }: AreaPlace, machine: Machine) {
    this.layout = meterLayoutOf(machine)
    this.leafRows = rowsPerLeaf(machine)
    const { bytes } = meterStruct
    const { log, undo, undoPages, stamps, pages, pending, seen } = this.layout
    const chipWords = (name: string): Uint32Array => new Uint32Array(buffer, offset + meterOffset(name), AREA_CHIPS)
    this.words = new Uint32Array(buffer, offset, bytes / 4)
    this.wide = new BigInt64Array(buffer, offset, bytes / 8)
    this.heights = chipWords('heights')
    this.keptHeights = chipWords('kept_heights')
    this.widths = chipWords('widths')
    this.interactions = chipWords('interactions')
    this.units = chipWords('units')
    this.nextRow = new Uint8Array(buffer, offset + meterOffset('next_row'), AREA_CHIPS)
    this.fixed = new Uint8Array(buffer, offset + meterOffset('fixed'), AREA_CHIPS)
    this.log = new Uint32Array(buffer, offset + log.offset, log.count)
    this.undo = new Uint32Array(buffer, offset + undo.offset, undo.count * 2)
    this.undoPages = new Uint32Array(buffer, offset + undoPages.offset, undoPages.count * 6)
    this.stamps = new Uint32Array(buffer, offset + stamps.offset, stamps.count)
    this.pages = new Uint32Array(buffer, offset + pages.offset, pages.count * 4)
    this.pending = new Uint8Array(buffer, offset + pending.offset, pending.count)
    this.seen = new Uint8Array(buffer, offset + seen.offset, seen.count)
  }

  get(field: Field): number {
    return this.words[FIELD[field]]!
  }

  set(field: Field, value: number): void {
    this.words[FIELD[field]] = value
  }

  getWide(field: WideField): number {
    return Number(this.wide[WIDE[field]]!)
  }

  setWide(field: WideField, value: number): void {
    this.wide[WIDE[field]] = BigInt(value)
  }
}
