/** Fills the rows of fragments into the matrices of a segment. */
import { histogramLayout, lookupTables } from '../../air/lookups.ts'
import { copyOfMemory } from '../../load/trace-engine.ts'
import { performed, type EngineOptions } from './control.ts'
import type { EngineGuest } from './engine.ts'
import type { FragmentTable } from './fragments.ts'
import { placeRecords, type MatrixPlan } from './matrices.ts'
import { TOUCH_BYTES } from './records.ts'

/** What filling leaves beside rows. Its memory is given back when it is disposed. */
export class Filled implements Disposable {
  /** How often each row of the tables was asked for, table after table (`histogramLayout`). */
  readonly histogram: Uint32Array<ArrayBuffer>
  /** How often each slot was executed (`EngineGuest.counts`). */
  readonly executed: Uint32Array<ArrayBuffer>
  /** Of each fragment: the address and the number of the blocks that it touched. */
  readonly lists: BigUint64Array<ArrayBuffer>
  readonly #guest: EngineGuest

  constructor(guest: EngineGuest, fragments: number) {
    this.#guest = guest
    this.histogram = new Uint32Array(histogramLayout(lookupTables(guest.engine.set)).length)
    this.executed = new Uint32Array(guest.slots)
    this.lists = new BigUint64Array(2 * fragments)
  }

  /** What a fragment touched, in the order of first accesses (`struct touch` of templates/replay/replay.h): a copy. */
  touches(fragment: number): Uint8Array<ArrayBuffer> {
    const [address, count] = [this.lists[2 * fragment]!, Number(this.lists[2 * fragment + 1])]
    return copyOfMemory(address, count * TOUCH_BYTES)
  }

  [Symbol.dispose](): void {
    for (let at = 0; at < this.lists.length; at += 2) this.#guest.engine.native.free(this.lists[at]!)
    this.lists.fill(0n)
  }
}

export interface FillTarget {
  readonly plan: MatrixPlan
  /** All zero where rows come. */
  readonly cells: Uint32Array
}

/**
 * Rows of fragments, which are in order of time; they need not be all of a segment. What is the first access to a block
 * in its fragment has rows as if it were the first of all, until `stitch` has seen all fragments.
 *
 * @throws RvrError `DIVERGED`, `UNPROVABLE`, `ABORTED`
 */
export async function fill(
  guest: EngineGuest,
  fragments: FragmentTable,
  { plan, cells }: FillTarget,
  options: EngineOptions = {},
): Promise<Filled> {
  const filled = new Filled(guest, fragments.count)
  const { histogram, executed, lists } = filled
  const { code, engine } = guest
  try {
    await performed(options, { guest, part: 'fragment' }, (progress, failure) =>
      engine.native.fill(
        {
          code,
          fragments: fragments.records,
          count: fragments.count,
          matrices: placeRecords(plan),
          cells,
          histogram,
          executed,
          touches: lists,
          failure,
        },
        progress,
      ),
    )
    return filled
  } catch (error) {
    filled[Symbol.dispose]()
    throw error
  }
}
