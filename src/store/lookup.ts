/** Finds an artifact in the store and proves that it is whole. */
import { lstatSync, lutimesSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { digestDescriptor } from './digest.ts'
import { entryDirectory, ARTIFACT_FILE, MANIFEST_FILE, USED_FILE, type Layout } from './layout.ts'
import { parseManifest, type Manifest } from './manifest.ts'
import { openStored, readStoredText, type OpenFile } from './open-file.ts'
import { unsafety } from './ownership.ts'

export interface StoredArtifact {
  /** Absolute path of what was stored. */
  readonly path: string
  readonly manifest: Manifest
}

export interface Entry extends StoredArtifact {
  /**
   * The very file whose digest was compared, open: to be loaded from here, and to be closed by who does not pass it on.
   */
  readonly file: OpenFile
}

export type LookupResult =
  | { readonly state: 'found'; readonly entry: Entry }
  | { readonly state: 'absent' }
  | { readonly state: 'damaged'; readonly reason: string }

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? ''
}

/** What a machine says that is short of something; nothing about the entry. */
const SHORTAGES = new Set(['EMFILE', 'ENFILE', 'ENOMEM'])

/** What an error means that came up while `what` was looked at. */
export function readingFailed(what: string, error: unknown): Exclude<LookupResult, { state: 'found' }> {
  return SHORTAGES.has(codeOf(error))
    ? { state: 'absent' }
    : { state: 'damaged', reason: `${what} cannot be read (${codeOf(error)})` }
}

/**
 * Entries that are evicted or stored while they are looked at are looked at again, so often at most; then they count as
 * absent, because nothing says that they are damaged.
 */
const LOOKS = 4

/** Tells directories apart that stand under one name one after the other. */
function directoryStamp(path: string): string {
  try {
    const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false })
    return stats === undefined ? 'absent' : `${stats.dev}:${stats.ino}:${stats.ctimeNs}`
  } catch (error) {
    return codeOf(error)
  }
}

/**
 * Looks `key` up. Damaged: there is something, but not a file with the digest that its manifest promises, or not one
 * that only the user and root can have put there.
 */
export async function lookupEntry(layout: Layout, key: string): Promise<LookupResult> {
  const directory = entryDirectory(layout, key)
  for (let looks = 1; ; looks++) {
    const before = directoryStamp(directory)
    const found = await lookAt(directory, key)
    if (found.state !== 'damaged' || directoryStamp(directory) === before) return found
    if (looks === LOOKS) return { state: 'absent' }
  }
}

async function lookAt(directory: string, key: string): Promise<LookupResult> {
  try {
    const why = unsafeDirectory(dirname(directory)) ?? unsafeDirectory(directory)
    if (why !== undefined) return { state: 'damaged', reason: why }
  } catch (error) {
    return readingFailed('its directory', error)
  }
  let text: string
  try {
    text = readStoredText(join(directory, MANIFEST_FILE))
  } catch (error) {
    // ENOENT may still be an entry directory without a manifest: publishing over it must be possible, so ask for the
    // directory.
    return codeOf(error) === 'ENOENT' ? missingManifest(directory) : readingFailed('its manifest', error)
  }
  const manifest = parseManifest(text, key)
  if (manifest === undefined) return { state: 'damaged', reason: 'its manifest is not one' }
  const path = join(directory, ARTIFACT_FILE)
  let file: OpenFile | undefined
  try {
    file = openStored(path)
    const { digest, bytes } = await verifiedDigest(file)
    if (digest === manifest.library.digest && bytes === manifest.library.bytes)
      return { state: 'found', entry: { path, file, manifest } }
    file.close()
    return { state: 'damaged', reason: 'its library differs from what was stored' }
  } catch (error) {
    file?.close()
    return readingFailed('its library', error)
  }
}

/** Why a directory of the store is no place to take anything from; undefined when it is one, or is not there. */
export function unsafeDirectory(path: string): string | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return undefined
  const why = stats.isSymbolicLink() ? 'is a symbolic link' : unsafety(stats)
  return why === undefined ? undefined : `${path} ${why}`
}

/**
 * Digests of files that this process has read, as long as nothing about them changes: device, inode, size, and both
 * times to the nanosecond.
 */
const verified = new Map<string, { readonly stamp: string; readonly digest: string; readonly bytes: number }>()

async function verifiedDigest(file: OpenFile): Promise<{ digest: string; bytes: number }> {
  const stamp = `${file.identity} ${file.stamp}`
  const known = verified.get(file.path)
  if (known?.stamp === stamp) return known
  const found = await digestDescriptor(file.fd)
  verified.set(file.path, { stamp, ...found })
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

/** Notes that an entry was used now, in a file of its own: the artifact's times stay as they were stored. */
export function markUsed(layout: Layout, key: string): void {
  const file = join(entryDirectory(layout, key), USED_FILE)
  const now = Date.now() / 1000
  try {
    lutimesSync(file, now, now)
  } catch {
    try {
      writeFileSync(file, '', { mode: 0o600, flag: 'wx' })
    } catch {
      // a read-only store keeps no record of use
    }
  }
}
