/** Takes memory back to what a second session has. */
import type { TouchedLeaves } from '../machine/segment.ts'

/** Makes `memory` like `source`, which differs in these leaves at most, or anywhere. */
export function copyBack(memory: Uint8Array, source: Uint8Array, touched: TouchedLeaves | undefined): void {
  const CHUNK = 2 ** 16
  if (touched !== undefined) {
    const { leaves, leafBytes } = touched
    for (const leaf of leaves) memory.set(source.subarray(leaf * leafBytes, (leaf + 1) * leafBytes), leaf * leafBytes)
    return
  }
  for (let at = 0; at < memory.length; at += CHUNK) {
    const wanted = source.subarray(at, at + CHUNK)
    if (Buffer.compare(memory.subarray(at, at + CHUNK), wanted) !== 0) memory.set(wanted, at)
  }
}
