/** A job in mode `profile`: executions by slot, those of native code taken from the mode's area. */
import type { Image } from '../../elf/image.ts'
import type { Instr, SlotBytes } from '../../isa/row.ts'
import type { Hart } from '../../program/hart.ts'
import { instructionLengths, pcOf } from '../../program/slots.ts'
import type { CollectorContext, CollectorReport, NativeSide, Site } from '../collector.ts'
import { CountingCollector } from '../counting.ts'
import type { Mode } from '../mode.ts'
import { PAGE_SHIFT, pageSlots, type SlotCounts } from './counts.ts'

export class ProfileCollector extends CountingCollector {
  readonly #pages = new Map<number, Float64Array>()
  readonly #extraRows = new Map<number, number>()
  readonly #image: Image
  readonly #slotBytes: SlotBytes
  #page = -1
  #slots: Float64Array = new Float64Array()
  #site: Site | undefined

  constructor(mode: Pick<Mode, 'counters'>, context: CollectorContext) {
    super(mode, context)
    this.#image = context.image
    this.#slotBytes = context.slotBytes
  }

  override attach(site: Site, hart: Hart): void {
    super.attach(site, hart)
    this.#site = site
  }

  protected override retired(instr: Instr | undefined, pc: number, rows: number): void {
    super.retired(instr, pc, rows)
    this.#add(pc, 1)
    if (rows > 1) this.#extraRows.set(pc, (this.#extraRows.get(pc) ?? 0) + rows - 1)
  }

  override detach(): number {
    const { area, native } = this.#site!
    if (area !== undefined && native !== undefined) this.#takeNative(native, area)
    return 0
  }

  override report(): CollectorReport {
    const collected: SlotCounts = { slotBytes: this.#slotBytes, pages: this.#pages, extraRows: this.#extraRows }
    return { collected, isInside: this.isInside }
  }

  #add(pc: number, times: number): void {
    const page = pc >>> PAGE_SHIFT
    if (page !== this.#page) {
      let slots = this.#pages.get(page)
      if (slots === undefined) this.#pages.set(page, (slots = new Float64Array(pageSlots(this.#slotBytes))))
      this.#page = page
      this.#slots = slots
    }
    this.#slots[(pc % 2 ** PAGE_SHIFT) / this.#slotBytes]! += times
  }

  /** Adds what native code has counted in its area, and clears it. */
  #takeNative(native: NativeSide, area: NonNullable<Site['area']>): void {
    const { base, slots } = native
    const low = new Uint32Array(area.buffer, area.offset, slots * 2)
    const high = new Int32Array(area.buffer, area.offset, slots * 2)
    // Without it every slot counts for itself.
    const starts = native.bitmap('rvr_boundaries')
    const place = { base, slotBytes: this.#slotBytes }
    const lengths = instructionLengths(this.#image, this.#slotBytes)
    let running = 0
    let behind = 0
    for (let slot = 0; slot < slots; slot++) {
      if (starts === undefined || ((starts[slot >> 3]! >> (slot & 7)) & 1) === 1) running = behind = 0
      if (slot < behind) continue
      const lower = low[slot * 2]!
      const upper = high[slot * 2 + 1]!
      if (lower !== 0 || upper !== 0) {
        running += upper * 2 ** 32 + lower
        low[slot * 2] = 0
        high[slot * 2 + 1] = 0
      }
      if (running === 0) continue
      const pc = pcOf(place, slot)
      this.#add(pc, running)
      behind = slot + lengths(pc)
    }
  }
}
