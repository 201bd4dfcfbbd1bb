/** Finds an artifact in the store and proves that it is whole. */
import { readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { digestFile } from './digest.ts'
import { entryDirectory, LIBRARY_FILE, MANIFEST_FILE, USED_FILE, type Layout } from './layout.ts'
import { parseManifest, type Manifest } from './manifest.ts'

export interface Entry {
  /** Absolute path of the compiled library. */
  readonly library: string
  readonly manifest: Manifest
}

export type LookupResult = { readonly state: 'found'; readonly entry: Entry } | { readonly state: 'absent' } | { readonly state: 'damaged'; readonly reason: string }

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? ''
}

/** Looks `key` up. Damaged: there is something, but not a library with the digest that its manifest promises. */
export async function lookupEntry(layout: Layout, key: string): Promise<LookupResult> {
  const directory = entryDirectory(layout, key)
  let text: string
  try {
    text = readFileSync(join(directory, MANIFEST_FILE), 'utf8')
  } catch (error) {
    // ENOENT may still be an entry directory without a manifest: publishing over it must be possible, so ask for the directory.
    return codeOf(error) === 'ENOENT' ? missingManifest(directory) : { state: 'damaged', reason: `its manifest cannot be read (${codeOf(error)})` }
  }
  const manifest = parseManifest(text, key)
  if (manifest === undefined) return { state: 'damaged', reason: 'its manifest is not one' }
  const library = join(directory, LIBRARY_FILE)
  try {
    const { digest, bytes } = await verifiedDigest(library)
    if (digest !== manifest.library.digest || bytes !== manifest.library.bytes) return { state: 'damaged', reason: 'its library differs from what was stored' }
  } catch (error) {
    return { state: 'damaged', reason: `its library cannot be read (${codeOf(error)})` }
  }
  return { state: 'found', entry: { library, manifest } }
}

/** Digests of files that this process has read, as long as nothing about them changes: size, inode, and both times to the nanosecond. */
const verified = new Map<string, { readonly stamp: string; readonly digest: string; readonly bytes: number }>()

async function verifiedDigest(path: string): Promise<{ digest: string; bytes: number }> {
  const { size, ino, mtimeNs, ctimeNs } = statSync(path, { bigint: true })
  const stamp = [size, ino, mtimeNs, ctimeNs].join()
  const known = verified.get(path)
  if (known?.stamp === stamp) return known
  const found = await digestFile(path)
  verified.set(path, { stamp, ...found })
  return found
}

function missingManifest(directory: string): LookupResult {
  try {
    readFileSync(directory)
  } catch (error) {
    if (codeOf(error) !== 'EISDIR') return { state: 'absent' }
  }
  return { state: 'damaged', reason: 'it has no manifest' }
}

/** Notes that an entry was used now, in a file of its own: the library's times stay as they were stored. */
export function markUsed(layout: Layout, key: string): void {
  const file = join(entryDirectory(layout, key), USED_FILE)
  const now = Date.now() / 1000
  try {
    utimesSync(file, now, now)
  } catch {
    try {
      writeFileSync(file, '', { mode: 0o600 })
    } catch {
      // a read-only store keeps no record of use
    }
  }
}
