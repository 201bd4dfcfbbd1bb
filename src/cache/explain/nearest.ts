/** The stored entry that is most like what was looked for. */
import { join } from 'node:path'
import type { KeyPart } from '../digest.ts'
import { readEntry, storedKeys, type StoredEntry } from '../inventory.ts'
import { entryDirectory, MANIFEST_FILE, type Layout } from '../layout.ts'
import { openStored } from '../open-file.ts'
import { readUses } from '../uses.ts'
import { differencesOf, type DetailReader, type Difference } from './differences.ts'
import { readDetail } from './details.ts'

/** Entries that are compared at most: so many of the same guest, and so many others. The most recently used are. */
const COMPARED = 64
/** What stands in front of the parts in a manifest. */
const HEAD_BYTES = 2048

export interface Nearest {
  readonly entry: StoredEntry
  readonly differences: readonly Difference[]
}

/** The beginning of a manifest, where it says which guest it is about. */
function headOf(layout: Layout, key: string): string {
  try {
    using file = openStored(join(entryDirectory(layout, key), MANIFEST_FILE))
    const head = Buffer.alloc(HEAD_BYTES)
    return head.toString('utf8', 0, file.read(head, 0))
  } catch {
    return ''
  }
}

/** Another mode and another ABI of the same guest are other libraries that were asked for, not the same one gone stale. */
function distance(differences: readonly Difference[]): number {
  return differences.reduce((sum, { part }) => sum + (part === 'mode' ? 100 : part === 'input/abi' ? 10 : 1), 0)
}

/** Of the same guest if there is one, else of any: the one with the fewest differences, then the one used last. */
export async function nearestEntry(layout: Layout, parts: readonly KeyPart[], detail: DetailReader): Promise<Nearest | undefined> {
  const guest = parts.find(part => part.name === 'guest')?.value ?? ''
  const uses = new Map(readUses(layout).map((key, index) => [key, index]))
  const keys = (await storedKeys(layout)).toSorted((a, b) => (uses.get(b) ?? -1) - (uses.get(a) ?? -1))
  const ofGuest = new Set(keys.filter(key => headOf(layout, key).includes(`"guest":"${guest}"`)).slice(0, COMPARED))
  const compared = ofGuest.size > 0 ? [...ofGuest] : keys.slice(0, COMPARED)
  let nearest: Nearest | undefined
  for (const key of compared) {
    const entry = await readEntry(layout, key)
    if (entry === undefined) continue
    const differences = differencesOf(entry.manifest.inputParts, parts, { stored: part => readDetail(layout, part), now: detail })
    if (nearest === undefined || distance(differences) < distance(nearest.differences)) nearest = { entry, differences }
  }
  return nearest
}
