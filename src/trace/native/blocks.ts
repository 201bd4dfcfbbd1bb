/** Rows of whole blocks, when all accesses of the segment are known: derived columns, and what the rows look up. */
import { performed, type EngineOptions } from './control.ts'
import type { EngineGuest } from './engine.ts'
import type { FillTarget } from './fill.ts'
import { placeRecords } from './matrices.ts'

export interface FinishInput extends FillTarget {
  /** That of all fragments together; it is added to. */
  readonly histogram: Uint32Array
}

/** @throws RvrError `DIVERGED`, `ABORTED` */
export async function finishBlocks(
  guest: EngineGuest,
  { plan, cells, histogram }: FinishInput,
  options: EngineOptions = {},
): Promise<void> {
  const { native, set } = guest.engine
  if (!set.airs.some(({ block }) => block !== undefined)) return
  const rows = BigUint64Array.from(plan.places, place => BigInt(place.rows))
  const work = { matrices: placeRecords(plan), rows, cells, histogram }
  await performed(options, { guest, part: 'fragment' }, (progress, failure) =>
    native.blocks({ ...work, failure }, progress),
  )
}
