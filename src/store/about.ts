/** Entries that are about one thing, the most recently used first. */
import { join } from 'node:path'
import { storedKeys } from './inventory.ts'
import { entryDirectory, MANIFEST_FILE, type Layout } from './layout.ts'
import { parseManifest, type Manifest } from './manifest.ts'
import { openStored, readStoredText } from './open-file.ts'
import { readUses } from './uses.ts'

/** A fact that manifests state in their `info`, and its value: that an entry belongs to one guest, say. */
export interface Subject {
  readonly fact: string
  readonly value: string
}

/** What stands in front of the parts in a manifest. */
const HEAD_BYTES = 2048

/** The beginning of a manifest, where it says what it is about. */
function headOf(layout: Layout, key: string): string {
  try {
    using file = openStored(join(entryDirectory(layout, key), MANIFEST_FILE))
    const head = Buffer.alloc(HEAD_BYTES)
    return head.toString('utf8', 0, file.read(head, 0))
  } catch {
    return ''
  }
}

export function isAbout(layout: Layout, key: string, { fact, value }: Subject): boolean {
  return headOf(layout, key).includes(`${JSON.stringify(fact)}:${JSON.stringify(value)}`)
}

/** Keys of all entries, the most recently used first. */
export async function keysByUse(layout: Layout): Promise<string[]> {
  const uses = new Map(readUses(layout).map((key, index) => [key, index]))
  return (await storedKeys(layout)).toSorted((a, b) => (uses.get(b) ?? -1) - (uses.get(a) ?? -1))
}

/** Manifests of the entries about a subject; what is damaged is left out. */
export async function* manifestsAbout(layout: Layout, subject: Subject): AsyncGenerator<Manifest, void, void> {
  for (const key of await keysByUse(layout)) {
    if (!isAbout(layout, key, subject)) continue
    let manifest: Manifest | undefined
    try {
      manifest = parseManifest(readStoredText(join(entryDirectory(layout, key), MANIFEST_FILE)), key)
    } catch {
      // gone, or not to be read: what is there besides may do
    }
    if (manifest !== undefined) yield manifest
  }
}
