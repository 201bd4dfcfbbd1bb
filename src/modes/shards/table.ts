/** The area of mode `shards` as the host sees it: the same rules as templates/modes/shards, and what C leaves to it. */
import type { Image } from '../../elf/image.ts'
import type { AreaPlace } from '../../layout/area.ts'
import type { SlotBytes } from '../../isa/row.ts'
import {
  ALONE,
  HEAP,
  HINT,
  HINTED,
  IMAGE_STAMP,
  LOADED,
  LOADER,
  PLAIN,
  PUBLIC,
  REGION_SHIFT,
  SLOT_MASK,
  STACK,
  STATIC,
  UNKNOWN,
  ZEROED,
  type ShardsLayout,
} from '../../layout/shards.ts'
import { areaViews, COUNTS, CROSSING_WORDS, FIELD, forgetAccesses, type AreaViews } from './area-views.ts'
import type { RegisterCrossing, ShardTotals } from './counts.ts'
import type { Crossing } from './crossing-list.ts'

const PAGE_BYTES = 4096
const MEMORY_BYTES = 2 ** 29

/** Memory at the upper end that guests with an operating system have as their stack. */
const UPPER_STACK_BYTES = 8 * 2 ** 20 + 2 ** 13

/** By their bits. */
function registersOf(mask: number): number[] {
  const registers: number[] = []
  for (let rest = mask; rest !== 0; rest &= rest - 1) registers.push(31 - Math.clz32(rest & -rest))
  return registers
}

export type AddCrossing = (crossing: Crossing, words: number) => void

export class ShardTable {
  readonly layout: ShardsLayout
  /** Bytes of an instruction slot. */
  readonly slotBytes: SlotBytes
  readonly views: AreaViews
  readonly #head: Uint32Array
  readonly #words: Uint32Array
  readonly #public: Uint32Array
  readonly #kinds: Uint8Array
  readonly #stamps: Uint32Array
  readonly #pageStamps: Uint32Array
  readonly #list: Uint32Array
  readonly #places: Uint32Array

  constructor(area: AreaPlace, layout: ShardsLayout, slotBytes: SlotBytes) {
    this.slotBytes = slotBytes
    const views = areaViews(area, layout)
    this.layout = layout
    this.views = views
    this.#head = views.head
    this.#words = views.words
    this.#public = views.publicWords
    this.#kinds = views.kinds
    this.#stamps = views.stamps
    this.#pageStamps = views.pageStamps
    this.#list = views.list
    this.#places = views.places
  }

  /** Fills a zeroed area: what the image holds, and the first shard. `imageLeaves`: leaves with a byte other than 0. */
  begin({ segments }: Image, imageLeaves: Iterable<number>): void {
    const { wordBytes, leaves } = this.layout
    this.#head[FIELD.shard] = 1
    forgetAccesses(this.#head)
    const lowest = segments.reduce((least, { address }) => Math.min(least, address), MEMORY_BYTES)
    this.#head[FIELD.stackBelow] = Math.floor(lowest / wordBytes)
    this.#head[FIELD.stackFrom] = (MEMORY_BYTES - UPPER_STACK_BYTES) / wordBytes
    for (const { address, memorySize } of segments) this.#mark(address, memorySize, ZEROED)
    for (const { address, bytes } of segments) this.#mark(address, bytes.length, LOADED)
    for (const leaf of imageLeaves)
      for (let node = leaves + leaf; node !== 0 && this.#stamps[node] === 0; node >>= 1)
        this.#stamps[node] = IMAGE_STAMP
  }

  /** Number of the open shard, from 0. */
  get shard(): number {
    return this.#head[FIELD.shard]! - 1
  }

  /** Lines that native code has added since `takeCrossings`. */
  get crossings(): number {
    return this.#head[FIELD.crossings]!
  }

  /** Registers, a bit each, that an instruction accesses. */
  accessRegisters(mask: number, slot: number): void {
    const head = this.#head
    const fresh = mask & ~head[FIELD.registers]!
    for (const register of registersOf(mask)) {
      if (((fresh >>> register) & 1) === 1) head[FIELD.registerFirst + register] = slot
      head[FIELD.registerLast + register] = slot
    }
    head[FIELD.registers]! |= mask
  }

  /** Native code is entered, which notes what registers it accesses; gives those that have been accessed. */
  takeRegisters(): number {
    const mask = this.#head[FIELD.registers]!
    this.#head[FIELD.registers] = 0
    return mask
  }

  /** Native code has handed back; `before`: what `takeRegisters` has given. */
  giveRegisters(before: number): void {
    for (const register of this.#accessedRegisters()) this.#head[FIELD.registerLast + register] = UNKNOWN
    this.#head[FIELD.registers]! |= before
  }

  /** Hint instructions have written there. */
  hinted(address: number, length: number): void {
    this.#mark(address, length, HINTED)
  }

  /** A word of guest memory; `slot`: see `slotOf`; `alone`: a store or hint. */
  access(word: number, slot: number, alone: boolean, add: AddCrossing): void {
    const now = this.#head[FIELD.shard]!
    const shard = this.#words[2 * word]!
    if (shard === now) {
      this.#words[2 * word + 1] = slot
      return
    }
    const kind = this.#kindOf(word)
    this.#count(FIELD.words)
    if (shard !== 0) add(this.#crossing(shard, this.#words[2 * word + 1]!, slot, this.#regionOf(word, kind)), 1)
    else {
      this.#count(FIELD.fresh)
      if (kind === LOADED && now > 1) add(this.#crossing(1, LOADER, slot, STATIC), 1)
    }
    this.#words[2 * word] = now
    this.#words[2 * word + 1] = shard === 0 && kind !== LOADED && alone ? (slot | ALONE) >>> 0 : slot
    this.#touchLeaf(Math.floor((word * this.layout.wordBytes) / this.layout.leafBytes))
  }

  /** A word of public values. */
  accessPublic(word: number, slot: number, add: AddCrossing): void {
    const now = this.#head[FIELD.shard]!
    const shard = this.#public[2 * word]!
    if (shard !== now) {
      this.#count(FIELD.words)
      if (shard === 0) this.#count(FIELD.fresh)
      else add(this.#crossing(shard, this.#public[2 * word + 1]!, slot, PUBLIC), 1)
    }
    this.#public[2 * word] = now
    this.#public[2 * word + 1] = slot
  }

  /** Hands on what native code has added, and forgets it. */
  takeCrossings(add: AddCrossing): void {
    const count = this.crossings
    for (let at = 0; at < count * CROSSING_WORDS; at += CROSSING_WORDS) {
      const [producer, from, to, words, place] = this.#list.subarray(at, at + CROSSING_WORDS)
      add(this.#crossing(producer!, from!, to! & SLOT_MASK, to! >>> REGION_SHIFT), words!)
      this.#places[place!] = 0
    }
    this.#head[FIELD.crossings] = 0
  }

  /** What has been counted of the open shard. */
  totals(start: number, instructions: number): ShardTotals {
    const counts = Object.fromEntries(COUNTS.map(name => [name, this.#head[FIELD[name]]!]))
    return { start, instructions, ...(counts as Omit<ShardTotals, 'start' | 'instructions'>) }
  }

  /** Registers that the open shard has taken up from shards before it. */
  registerCrossings(): RegisterCrossing[] {
    const head = this.#head
    const pcOf = (slot: number): number | undefined => (slot === UNKNOWN ? undefined : slot * this.slotBytes)
    return this.#accessedRegisters()
      .filter(register => head[FIELD.registerShards + register] !== 0)
      .map(register => ({
        producer: head[FIELD.registerShards + register]! - 1,
        consumer: this.shard,
        register,
        from: pcOf(head[FIELD.registerFrom + register]!),
        to: pcOf(head[FIELD.registerFirst + register]!),
      }))
  }

  /** The open shard has ended. */
  next(): void {
    const head = this.#head
    for (const register of this.#accessedRegisters()) {
      head[FIELD.registerShards + register] = head[FIELD.shard]!
      head[FIELD.registerFrom + register] = head[FIELD.registerLast + register]!
    }
    forgetAccesses(this.#head)
    for (const name of COUNTS) head[FIELD[name]] = 0
    head[FIELD.registers] = 0
    head[FIELD.shard]!++
  }

  #accessedRegisters(): number[] {
    // x0 is none.
    return registersOf(this.#head[FIELD.registers]! & ~1)
  }

  #count(field: number): void {
    this.#head[field]!++
  }

  #crossing(shard: number, from: number, to: number, region: number): Crossing {
    const alone = from >= ALONE && (region === HEAP || region === HINT)
    const producerPc = (from & LOADER) !== 0 ? -1 : (from & SLOT_MASK) * this.slotBytes
    return { producer: shard - 1, consumer: this.shard, from: producerPc, to: to * this.slotBytes, region, alone }
  }

  #touchLeaf(leaf: number): void {
    const stamps = this.#stamps
    const stamp = this.#head[FIELD.shard]! + 1
    let node = this.layout.leaves + leaf
    if (stamps[node] === stamp) return
    this.#count(FIELD.leaves)
    if (stamps[node] === 0) this.#count(FIELD.zeroLeaves)
    stamps[node] = stamp
    for (node >>= 1; node !== 0 && stamps[node] !== stamp; node >>= 1) {
      this.#count(FIELD.nodes)
      if (stamps[node] === 0) this.#count(FIELD.zeroNodes)
      stamps[node] = stamp
    }
    const page = Math.floor((leaf * this.layout.leafBytes) / PAGE_BYTES)
    if (this.#pageStamps[page] !== stamp) this.#count(FIELD.pages)
    this.#pageStamps[page] = stamp
  }

  #kindOf(word: number): number {
    return (this.#kinds[word >>> 2]! >> (2 * (word & 3))) & 3
  }

  #regionOf(word: number, kind: number): number {
    if (kind === HINTED) return HINT
    if (kind !== PLAIN) return STATIC
    return word < this.#head[FIELD.stackBelow]! || word >= this.#head[FIELD.stackFrom]! ? STACK : HEAP
  }

  /** Whole bytes of marks at once, where there are any. */
  #mark(address: number, length: number, kind: number): void {
    if (length === 0) return
    const { wordBytes } = this.layout
    const end = Math.floor((address + length - 1) / wordBytes) + 1
    let word = Math.floor(address / wordBytes)
    const one = (): void => {
      const shift = 2 * (word & 3)
      const marks = this.#kinds[word >>> 2]!
      this.#kinds[word >>> 2] = (marks & ~(3 << shift)) | (kind << shift)
      word++
    }
    while (word < end && word % 4 !== 0) one()
    const whole = Math.floor(end / 4) * 4
    if (whole > word) {
      this.#kinds.fill(kind * 0x55, word / 4, whole / 4)
      word = whole
    }
    while (word < end) one()
  }
}
