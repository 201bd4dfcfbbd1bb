/** The stored entry that is most like what was looked for. */
import type { KeyPart } from '../digest.ts'
import { readEntry, type StoredEntry } from '../inventory.ts'
import type { Layout } from '../layout.ts'
import { isOfGuest, keysByUse } from '../of-guest.ts'
import { differencesOf, type DetailReader, type Difference } from './differences.ts'
import { readDetail } from './details.ts'

/** Entries that are compared at most: so many of the same guest, and so many others. The most recently used are. */
const COMPARED = 64
export interface Nearest {
  readonly entry: StoredEntry
  readonly differences: readonly Difference[]
}

/**
 * Another mode and another ABI of the same guest are other libraries that were asked for, not the same one gone stale.
 */
function distance(differences: readonly Difference[]): number {
  return differences.reduce((sum, { part }) => sum + (part === 'mode' ? 100 : part === 'input/abi' ? 10 : 1), 0)
}

/** Of the same guest if there is one, else of any: the one with the fewest differences, then the one used last. */
export async function nearestEntry(
  layout: Layout,
  parts: readonly KeyPart[],
  detail: DetailReader,
): Promise<Nearest | undefined> {
  const guest = parts.find(part => part.name === 'guest')?.value ?? ''
  const keys = await keysByUse(layout)
  const ofGuest = new Set(keys.filter(key => isOfGuest(layout, key, guest)).slice(0, COMPARED))
  const compared = ofGuest.size > 0 ? [...ofGuest] : keys.slice(0, COMPARED)
  let nearest: Nearest | undefined
  for (const key of compared) {
    const entry = await readEntry(layout, key)
    if (entry === undefined) continue
    const differences = differencesOf(entry.manifest.inputParts, parts, {
      stored: part => readDetail(layout, part),
      now: detail,
    })
    if (nearest === undefined || distance(differences) < distance(nearest.differences)) nearest = { entry, differences }
  }
  return nearest
}
