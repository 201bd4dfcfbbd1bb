/** Takes memory back to what a second session has. */
import { LEAF_BYTES } from '../layout/meter.ts'

/** Makes `memory` like `source`, which differs in these leaves at most, or anywhere. */
export function copyBack(memory: Uint8Array, source: Uint8Array, leaves: readonly number[] | undefined): void {
  const CHUNK = 2 ** 16
  for (const leaf of leaves ?? [])
    memory.set(source.subarray(leaf * LEAF_BYTES, (leaf + 1) * LEAF_BYTES), leaf * LEAF_BYTES)
  if (leaves !== undefined) return
  for (let at = 0; at < memory.length; at += CHUNK) {
    const wanted = source.subarray(at, at + CHUNK)
    if (Buffer.compare(memory.subarray(at, at + CHUNK), wanted) !== 0) memory.set(wanted, at)
  }
}
