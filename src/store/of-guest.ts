/** Entries of one guest, the most recently used first. */
import { join } from 'node:path'
import { storedKeys } from './inventory.ts'
import { entryDirectory, MANIFEST_FILE, type Layout } from './layout.ts'
import { parseManifest, type Manifest } from './manifest.ts'
import { openStored, readStoredText } from './open-file.ts'
import { readUses } from './uses.ts'

/** What stands in front of the parts in a manifest. */
const HEAD_BYTES = 2048

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

/** Is the entry about the guest with this digest? */
export function isOfGuest(layout: Layout, key: string, guest: string): boolean {
  return headOf(layout, key).includes(`"guest":"${guest}"`)
}

/** Keys of all entries, the most recently used first. */
export async function keysByUse(layout: Layout): Promise<string[]> {
  const uses = new Map(readUses(layout).map((key, index) => [key, index]))
  return (await storedKeys(layout)).toSorted((a, b) => (uses.get(b) ?? -1) - (uses.get(a) ?? -1))
}

/** Manifests of a guest's entries; what is damaged is left out. */
export async function* manifestsOfGuest(layout: Layout, guest: string): AsyncGenerator<Manifest, void, void> {
  for (const key of await keysByUse(layout)) {
    if (!isOfGuest(layout, key, guest)) continue
    let manifest: Manifest | undefined
    try {
      manifest = parseManifest(readStoredText(join(entryDirectory(layout, key), MANIFEST_FILE)), key)
    } catch {
      // gone, or not to be read: what is there besides may do
    }
    if (manifest !== undefined) yield manifest
  }
}
