/** How often each instruction was executed, by native code and the interpreter in one form that adds up. */
import type { SlotBytes } from '../../isa/row.ts'
import { pcOf } from '../../program/slots.ts'

/** Plain data, so that it can cross threads. */
export interface SlotCounts {
  readonly slotBytes: SlotBytes
  /** By `pc >>> PAGE_SHIFT`: executions of the instruction in each of the page's slots. */
  readonly pages: ReadonlyMap<number, Float64Array>
  /** Trace rows beyond one for each execution, of the few instructions that have them. */
  readonly extraRows: ReadonlyMap<number, number>
}

/** What mode `profile` reports of a run. */
export interface ProfileResult {
  readonly profile: SlotCounts
}

export const PAGE_SHIFT = 12
/** Slots of a page. */
export const pageSlots = (slotBytes: SlotBytes): number => 2 ** PAGE_SHIFT / slotBytes

/** Both together; the arguments stay as they are. */
export function addCounts(a: SlotCounts, b: SlotCounts): SlotCounts {
  const pages = new Map(a.pages)
  const extraRows = new Map(a.extraRows)
  for (const [page, counts] of b.pages) {
    const earlier = a.pages.get(page)
    pages.set(page, earlier === undefined ? counts : counts.map((count, slot) => count + earlier[slot]!))
  }
  for (const [pc, rows] of b.extraRows) extraRows.set(pc, rows + (extraRows.get(pc) ?? 0))
  return { slotBytes: a.slotBytes, pages, extraRows }
}

/** Executions by address in address order, only those above 0. */
export function countsByPc({ slotBytes, pages }: SlotCounts): Map<number, number> {
  const counts = new Map<number, number>()
  for (const [page, slots] of [...pages].toSorted(([a], [b]) => a - b)) {
    const place = { base: page * 2 ** PAGE_SHIFT, slotBytes }
    for (const [slot, count] of slots.entries()) if (count > 0) counts.set(pcOf(place, slot), count)
  }
  return counts
}
