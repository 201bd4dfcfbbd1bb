/** How often each instruction was executed: counts of native code and of the interpreter in one form that can be added up. */
import { loadLibrary, viewBitmap } from '../load/library.ts'
import type { Place } from './job.ts'

/** Plain data, so that it can cross threads. */
export interface SlotCounts {
  /** By `pc >>> PAGE_SHIFT`: executions of the page's instructions in address order. */
  readonly pages: ReadonlyMap<number, Float64Array>
  /** Trace rows beyond one for each execution, of the few instructions that have them. */
  readonly extraRows: ReadonlyMap<number, number>
}

const PAGE_SHIFT = 12
const PAGE_SLOTS = 1024

/** Both together; the arguments stay as they are. */
export function addCounts(a: SlotCounts | undefined, b: SlotCounts): SlotCounts {
  if (a === undefined) return b
  const pages = new Map(a.pages)
  const extraRows = new Map(a.extraRows)
  for (const [page, counts] of b.pages) {
    const earlier = a.pages.get(page)
    pages.set(page, earlier === undefined ? counts : counts.map((count, slot) => count + earlier[slot]!))
  }
  for (const [pc, rows] of b.extraRows) extraRows.set(pc, rows + (extraRows.get(pc) ?? 0))
  return { pages, extraRows }
}

/** Executions by address in address order, only those above 0. */
export function countsByPc({ pages }: SlotCounts): Map<number, number> {
  const counts = new Map<number, number>()
  for (const [page, slots] of [...pages].toSorted(([a], [b]) => a - b)) {
    for (const [slot, count] of slots.entries()) if (count > 0) counts.set(page * 2 ** PAGE_SHIFT + slot * 4, count)
  }
  return counts
}

/** Collects the counts of one job. */
export class Profiler {
  readonly #pages = new Map<number, Float64Array>()
  readonly #extraRows = new Map<number, number>()
  #page = -1
  #slots: Float64Array = new Float64Array()

  /** The interpreter executed the instruction at `pc` once, which added `rows` rows. */
  count(pc: number, rows: number): void {
    this.#add(pc, 1)
    if (rows > 1) this.#extraRows.set(pc, (this.#extraRows.get(pc) ?? 0) + rows - 1)
  }

  #add(pc: number, times: number): void {
    const page = pc >>> PAGE_SHIFT
    if (page !== this.#page) {
      let slots = this.#pages.get(page)
      if (slots === undefined) this.#pages.set(page, (slots = new Float64Array(PAGE_SLOTS)))
      this.#page = page
      this.#slots = slots
    }
    this.#slots[(pc >>> 2) % PAGE_SLOTS]! += times
  }

  /** Adds what native code has counted in its area, and clears it. */
  takeNative(
    place: Extract<Place, { engine: 'native' }>,
    area: { readonly buffer: ArrayBufferLike; readonly offset: number },
  ): void {
    const { base, slots } = place
    const low = new Uint32Array(area.buffer, area.offset, slots * 2)
    const high = new Int32Array(area.buffer, area.offset, slots * 2)
    const starts = viewBitmap(loadLibrary(place.library).boundaries(), slots)
    let running = 0
    for (let slot = 0; slot < slots; slot++) {
      if (((starts[slot >> 3]! >> (slot & 7)) & 1) === 1) running = 0
      const lower = low[slot * 2]!
      const upper = high[slot * 2 + 1]!
      if (lower !== 0 || upper !== 0) {
        running += upper * 2 ** 32 + lower
        low[slot * 2] = 0
        high[slot * 2 + 1] = 0
      }
      if (running > 0) this.#add(base + slot * 4, running)
    }
  }

  get counts(): SlotCounts {
    return { pages: this.#pages, extraRows: this.#extraRows }
  }
}
