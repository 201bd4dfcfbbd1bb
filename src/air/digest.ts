/** What identifies a machine's AIRs: all that a proof of its tables is about. */
import { createHash } from 'node:crypto'
import type { AirSet } from './air.ts'
import { airsJson } from './airs-json.ts'

const known = new WeakMap<AirSet, string>()

/**
 * SHA-256, 64 hex digits, over width, order, columns, constraints and messages of a machine's AIRs; how rows are filled
 * is not in it.
 */
export function airSetDigest(set: AirSet): string {
  const before = known.get(set)
  if (before !== undefined) return before
  const ids = set.buses.map(({ name, id, kind }) => [name, id, kind])
  const text = JSON.stringify([set.name, ids, airsJson(set, set.airs)])
  const digest = createHash('sha256').update(text).digest('hex')
  known.set(set, digest)
  return digest
}
