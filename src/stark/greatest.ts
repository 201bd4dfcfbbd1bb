/** The largest proof that a key allows: what its bits of security are at least. */
import { P } from '../air/field.ts'
import type { KeyFacts } from './key-facts.ts'
import { proofSize, type ProofSize } from './security.ts'

/**
 * Tables as high as they may be, and messages as many as the field has elements: those of a proof are fewer, so AIRs
 * with the fewest messages in a row have the most rows of all.
 */
export function greatestSize(key: KeyFacts): ProofSize {
  const heights = key.airs.map(({ fixedLogHeight, maxLogHeight }) => fixedLogHeight ?? maxLogHeight)
  let [rows, left] = [0, P - 1]
  const ascending = key.airs
    .map(({ interactions }, index) => ({ interactions, most: 2 ** heights[index]! }))
    .toSorted((a, b) => a.interactions - b.interactions)
  for (const { interactions, most } of ascending) {
    const own = interactions === 0 ? most : Math.min(most, Math.floor(left / interactions))
    rows += own
    left -= own * interactions
  }
  const size = proofSize(key, heights)
  return { ...size, leastLogHeight: 0, messages: Math.min(size.messages, P - 1), rows }
}
