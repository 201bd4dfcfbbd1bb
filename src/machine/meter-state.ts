/** A meter's state as plain data: what a fresh meter area has to be given so that it counts on as this one would. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { leafId, MEMORY, PAGE_LEAVES, PAGE_SHIFT, PUBLIC_VALUES, REGISTERS, type MeterLayout } from '../layout/meter.ts'
import { intervalLeaves } from '../layout/meter-rules.ts'
import type { MemoryChips } from './machine.ts'
import { accountForLog, forgetLog, logLeaf, loggedLeaves } from './memory-log.ts'
import { leavesOf } from './memory-page.ts'
import { forgetUndo, stampImageLeaf, touchLeaf } from './memory-tree.ts'
import { FIELD, type MeterArea } from './meter-area.ts'
import type { Meter } from './meter.ts'

/**
 * The counts. What only saves work (marks of touched leaves, checks that need no look at the limits) is left out: a
 * fresh area finds it anew.
 */
export interface MeterScalars {
  /** Instructions left of the interval. */
  readonly left: number
  /** Every check is kept (look-ahead.ts). */
  readonly careful: boolean
  readonly segmentStart: number
  readonly zeroHeight: number
  /** By chip. */
  readonly heights: readonly number[]
  /** The previous check, where the next one may cut; `hostWrote`: the host has written memory without rows since. */
  readonly checkpoint?:
    | {
        readonly instret: number
        readonly zeroHeight: number
        readonly hostWrote: boolean
        readonly heights: readonly number[]
      }
    | undefined
}

/**
 * Leaves of the memory tree. `past`: touched before the open segment, the initial image included. `open`: touched in
 * the open segment, up to the previous check where that is kept. `interval`: touched since that check, whether they are
 * in another set or not.
 */
export type LeafSet = 'past' | 'open' | 'interval'
export const leafSets: readonly LeafSet[] = ['past', 'open', 'interval']

/** Ranges are no longer, so that whoever reads them can pause between them. */
export const MAX_RANGE_LEAVES = 4096
/** Leaves between two turns of the event loop: a few milliseconds. */
export const TURN_LEAVES = 1 << 15
/** Stamp of the open segment in a restored area; what was touched before it has lower ones. */
const OPEN_STAMP = 3

/** Leaves as pairs of first leaf, by its identifier, and count. */
export class LeafRanges {
  #pairs = new Uint32Array(64)
  #length = 0
  readonly #leafMask: number

  constructor({ leafMask }: MeterLayout) {
    this.#leafMask = leafMask
  }

  /** Leaves come in ascending order where they should share a range. */
  add(id: number): void {
    const pairs = this.#pairs
    const last = this.#length - 2
    if (
      last >= 0 &&
      pairs[last]! + pairs[last + 1]! === id &&
      pairs[last + 1]! < MAX_RANGE_LEAVES &&
      (id & this.#leafMask) !== 0
    ) {
      pairs[last + 1]!++
      return
    }
    if (this.#length === pairs.length) {
      this.#pairs = new Uint32Array(pairs.length * 2)
      this.#pairs.set(pairs)
    }
    this.#pairs[this.#length++] = id
    this.#pairs[this.#length++] = 1
  }

  get pairs(): Uint32Array {
    return this.#pairs.subarray(0, this.#length)
  }
}

/** The state of a meter whose run is suspended. */
export async function captureMeter(
  meter: Meter,
): Promise<{ scalars: MeterScalars; leaves: Readonly<Record<LeafSet, LeafRanges>> }> {
  meter.load()
  const { area } = meter
  const heights = meter.openHeights()
  const zeroHeight = area.get('zero_height')
  const isRecording = area.get('recording') === 1
  const kept = [...area.keptHeights.subarray(0, heights.length)]
  const { layout } = area
  const leaves = { past: new LeafRanges(layout), open: new LeafRanges(layout), interval: new LeafRanges(layout) }
  await classify(area, leaves)
  if (isRecording) for (const id of loggedLeaves(area)) leaves.interval.add(id)
  return {
    leaves,
    scalars: {
      left: meter.left,
      careful: area.get('careful') === 1,
      segmentStart: meter.segmentStart,
      zeroHeight,
      heights,
      checkpoint: isRecording
        ? {
            instret: area.getWide('checkpoint'),
            zeroHeight: area.get('kept_zero_height'),
            hostWrote: area.get('host_wrote') === 1,
            heights: kept,
          }
        : undefined,
    },
  }
}

/** A node's stamp and a page's four words at the previous check, where that is kept; else as they are. */
function atCheck(area: MeterArea): { stamp(index: number): number; page(page: number): ArrayLike<number> } {
  const { undo, undoPages, stamps, pages } = area
  const isKept = area.get('recording') === 1
  const formerStamps = new Map<number, number>()
  const formerPages = new Map<number, ArrayLike<number>>()
  // The first entry of a node or a page is the one that is furthest back.
  for (let at = isKept ? area.get('undo_length') - 1 : -1; at >= 0; at--)
    formerStamps.set(undo[2 * at]!, undo[2 * at + 1]!)
  for (let at = isKept ? area.get('undo_pages_length') - 1 : -1; at >= 0; at--)
    formerPages.set(undoPages[6 * at]!, undoPages.subarray(6 * at + 2, 6 * at + 6))
  return {
    stamp: index => formerStamps.get(index) ?? stamps[index]!,
    page: page => formerPages.get(page) ?? pages.subarray(4 * page, 4 * page + 4),
  }
}

/** Sorts the leaves that were touched up to the previous check, where that is kept, or up to now. */
async function classify(area: MeterArea, leaves: Readonly<Record<LeafSet, LeafRanges>>): Promise<void> {
  const { words, stamps } = area
  const open = area.get('stamp')
  const then = atCheck(area)
  let visited = 0
  for (const space of [REGISTERS, MEMORY, PUBLIC_VALUES]) {
    const base = words[FIELD.space_offset + space]!
    const lowest = 2 ** (words[FIELD.space_bits + space]! - (space === MEMORY ? PAGE_SHIFT : 0))
    const stack = [1]
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (stamps[base + node] === 0) continue
      if (node < lowest) {
        stack.push(2 * node + 1, 2 * node)
        continue
      }
      const stamp = then.stamp(base + node)
      const place = node - lowest
      if (space === MEMORY)
        addPage(leaves, leafId(area.layout, space, place << PAGE_SHIFT), then.page(place), stamp === open)
      else if (stamp !== 0) leaves[stamp === open ? 'open' : 'past'].add(leafId(area.layout, space, place))
      visited += space === MEMORY ? PAGE_LEAVES : 1
      if (visited < TURN_LEAVES) continue
      visited = 0
      await nextTurn()
    }
  }
}

/** The leaves of a page, whose first is `first`; `isOpen`: the open segment has touched some. */
function addPage(
  leaves: Readonly<Record<LeafSet, LeafRanges>>,
  first: number,
  masks: ArrayLike<number>,
  isOpen: boolean,
): void {
  for (const half of [0, 1]) {
    const now = isOpen ? masks[half]! : 0
    for (const id of leavesOf(now, first + 32 * half)) leaves.open.add(id)
    for (const id of leavesOf(masks[2 + half]! & ~now, first + 32 * half)) leaves.past.add(id)
  }
}

/**
 * Gives a freshly started meter the state of another. Every step throws an Error where the state contradicts itself.
 */
export class MeterRestorer {
  readonly #meter: Meter
  readonly #scalars: MeterScalars
  readonly #chips: MemoryChips
  #set: LeafSet = 'past'
  #intervalLeaves = 0

  constructor(meter: Meter, scalars: MeterScalars, memoryChips: MemoryChips) {
    const { area } = meter
    this.#meter = meter
    this.#scalars = scalars
    this.#chips = memoryChips
    const { heights, checkpoint } = scalars
    for (const [chip, height] of heights.entries()) {
      if (
        area.fixed[chip] === 1 &&
        (height !== area.heights[chip] || (checkpoint !== undefined && checkpoint.heights[chip] !== height))
      )
        throw new Error(`chip ${chip} has another constant height`)
    }
    forgetLog(area)
    for (const field of ['recording', 'quiet', 'steady', 'swell', 'zero_height'] as const) area.set(field, 0)
    area.set('careful', scalars.careful ? 1 : 0)
    for (const chip of Object.values(memoryChips)) area.heights[chip] = 0
    area.set('stamp', OPEN_STAMP)
  }

  /** Leaves of the sets in their order: all of one before the first of the next. */
  place(set: LeafSet, first: number, count: number): void {
    this.#advance(set)
    const { area } = this.#meter
    const { spaceBits, leafMask, leafBytes } = area.layout
    const space = first >>> spaceBits
    const leaf = first & leafMask
    if (
      space > PUBLIC_VALUES ||
      count < 1 ||
      count > MAX_RANGE_LEAVES ||
      leaf + count > 2 ** area.words[FIELD.space_bits + space]!
    )
      throw new Error(`there are no ${count} leaves at ${first}`)
    if (set === 'interval') this.#intervalLeaves += count
    if (this.#intervalLeaves > intervalLeaves(leafBytes)) throw new Error('an interval cannot touch so many leaves')
    for (let id = first; id < first + count; id++) {
      if (set === 'past') stampImageLeaf(area, id)
      else if (set === 'open') touchLeaf(area, id)
      else logLeaf(area, space, id & leafMask)
    }
    accountForLog(area)
  }

  finish(instret: number): void {
    this.#advance('interval')
    const meter = this.#meter
    const { area } = meter
    const { left, segmentStart, zeroHeight, heights, checkpoint } = this.#scalars
    this.#compare(heights)
    if (area.heights[this.#chips.hash] !== heights[this.#chips.hash] || area.get('zero_height') !== zeroHeight)
      throw new Error('the hash chip has another height')
    area.heights.set(heights)
    area.setWide('segment_start', segmentStart)
    if (checkpoint !== undefined) {
      area.keptHeights.set(checkpoint.heights)
      area.setWide('checkpoint', checkpoint.instret)
      area.set('host_wrote', checkpoint.hostWrote ? 1 : 0)
    }
    meter.left = left
    meter.instret = instret
    meter.store()
  }

  #advance(set: LeafSet): void {
    if (set === this.#set || (set === 'open' && this.#set === 'past')) {
      this.#set = set
      return
    }
    if (set !== 'interval') throw new Error('the sets of leaves are out of order')
    this.#set = set
    const { area } = this.#meter
    const { checkpoint } = this.#scalars
    // What a node of the open segment was before is not known any more, so rows of the hash chip are taken as they were
    // counted.
    const { heights, zeroHeight } = checkpoint ?? this.#scalars
    this.#compare(heights)
    area.heights.set(heights)
    area.set('zero_height', zeroHeight)
    area.set('kept_zero_height', zeroHeight)
    area.set('recording', checkpoint === undefined ? 0 : 1)
    forgetUndo(area)
  }

  #compare(heights: readonly number[]): void {
    const { area } = this.#meter
    for (const chip of [this.#chips.boundary, this.#chips.merkle]) {
      if (area.heights[chip] !== heights[chip])
        throw new Error(`the leaves give chip ${chip} a height of ${area.heights[chip]}, not ${heights[chip]}`)
    }
  }
}
