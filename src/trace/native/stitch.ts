/** Joins the fragments of a segment: accesses across them, and all blocks that the segment touched. */
import { abortError, throwIfAborted } from '../../errors.ts'
import { cancellable } from '../../load/native-functions.ts'
import { addressOfArray } from '../../load/native-library.ts'
import { noMemory, taken, type EngineGuest } from './engine.ts'
import { CANCELLED, diverged, FINE, NO_MEMORY } from './failures.ts'
import type { FillTarget } from './fill.ts'
import { placeRecords } from './matrices.ts'
import { TOUCH_BYTES, TOUCHED_BYTES } from './records.ts'

/** What all fragments of a segment left, in order of time. */
export interface StitchInput extends FillTarget {
  /** Of each fragment: the address and the number of the blocks that it touched. */
  readonly lists: BigUint64Array
  /** That of all of them together; it is corrected. */
  readonly histogram: Uint32Array
}

/** The same where lists have come from elsewhere; they are kept as long as the result is used. */
export function listsOf(touches: readonly Uint8Array[]): BigUint64Array<ArrayBuffer> {
  const pairs = touches.flatMap(list => [addressOfArray(list), BigInt(list.length / TOUCH_BYTES)])
  return BigUint64Array.from(pairs)
}

/**
 * Rows that access a block for the first time in their fragment hear when it was accessed before.
 *
 * @returns the blocks that the segment touched by space, then by number: `struct rvr_touched`, 32 bytes each
 * @throws RvrError `DIVERGED` where a fragment finds another content than the ones before leave; `INTERNAL` where the
 *   host has no memory for it; `ABORTED`
 */
export async function stitch(
  { engine }: EngineGuest,
  input: StitchInput,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  throwIfAborted('the trace', signal)
  const { lists, histogram, plan, cells } = input
  let most = 0
  for (let at = 1; at < lists.length; at += 2) most += Number(lists[at])
  const out = taken('the blocks that a segment accesses', () => new Uint8Array(most * TOUCHED_BYTES))
  const found = new BigUint64Array(1)
  const work = { touches: lists, count: lists.length / 2, matrices: placeRecords(plan), cells, histogram, out, found }
  const why = await cancellable(signal, cancel => engine.native.stitch({ ...work, cancel }))
  const fragment = Number(found[0])
  if (why === CANCELLED) throw abortError('the trace', signal)
  if (why === NO_MEMORY) throw noMemory('the blocks that a segment accesses')
  if (why !== FINE) throw diverged('a block holds another content than the fragments before leave there', { fragment })
  return out.subarray(0, fragment * TOUCHED_BYTES)
}
