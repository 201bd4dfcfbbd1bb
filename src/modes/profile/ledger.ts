/** A run in mode `profile`: the counts of all of its jobs, and how saved runs have them. */
import * as v from 'valibot'
import { ADDRESSES } from '../../elf/image.ts'
import type { SlotBytes } from '../../isa/row.ts'
import type { Ledger, LedgerContext, RestoredRun } from '../ledger.ts'
import { addCounts, PAGE_SHIFT, pageSlots, type ProfileResult, type SlotCounts } from './counts.ts'

const whole = (max: number) => v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(max))
const count = whole(Number.MAX_SAFE_INTEGER)

const Saved = v.strictObject({
  /** By code page a byte string: a float64 for each instruction. */
  pages: v.array(v.strictTuple([whole(ADDRESSES / 2 ** PAGE_SHIFT - 1), count])),
  /** Rows beyond one for each execution, by address. */
  extraRows: v.array(v.strictTuple([whole(ADDRESSES), count])),
})

/** The counts of one page. @throws Error where the bytes are no such counts. */
function pageCounts(page: number, bytes: Uint8Array, slots: number): Float64Array {
  if (bytes.length !== slots * Float64Array.BYTES_PER_ELEMENT) throw new Error(`counts of page ${page}`)
  const counts = new Float64Array(bytes.slice().buffer)
  if (!counts.every(times => Number.isSafeInteger(times) && times >= 0)) throw new Error(`counts of page ${page}`)
  return counts
}

export class ProfileLedger implements Ledger {
  readonly #slotBytes: SlotBytes
  #counts: SlotCounts

  constructor({ slotBytes }: Pick<LedgerContext, 'slotBytes'>) {
    this.#slotBytes = slotBytes
    this.#counts = { slotBytes, pages: new Map(), extraRows: new Map() }
  }

  attach(): void {}

  begin(): void {}

  order(): unknown {
    return undefined
  }

  absorb(collected: unknown): void {
    this.#counts = addCounts(this.#counts, collected as SlotCounts)
  }

  result(): ProfileResult {
    return { profile: this.#counts }
  }

  async save(keep: (bytes: Uint8Array) => number): Promise<unknown> {
    const { pages, extraRows } = this.#counts
    const saved: v.InferInput<typeof Saved> = {
      pages: [...pages].map(([page, { buffer, byteOffset, byteLength }]) => [
        page,
        keep(new Uint8Array(buffer, byteOffset, byteLength)),
      ]),
      extraRows: [...extraRows],
    }
    return saved
  }

  async restore(saved: unknown, { bytes }: RestoredRun): Promise<void> {
    const { pages, extraRows } = v.parse(Saved, saved)
    const slots = pageSlots(this.#slotBytes)
    this.#counts = {
      slotBytes: this.#slotBytes,
      pages: new Map(pages.map(([page, index]) => [page, pageCounts(page, bytes(index), slots)])),
      extraRows: new Map(extraRows),
    }
  }
}
