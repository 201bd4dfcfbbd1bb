/** Entries of an open store go out to files of their own, and come back. */
import { RvrError } from '../errors.ts'
import type { Cache } from './contract.ts'
import { exportEntry, type ExportedEntry } from './export-entry.ts'
import { importEntry, type ImportedEntry } from './import-entry.ts'
import type { Layout } from './layout.ts'

/** Writes the one entry whose key begins with `keyPrefix` to `file`. @throws RvrError `USAGE`, `IO`, `ABORTED`. */
export async function exportFrom(
  cache: Pick<Cache, 'show' | 'lookup'>,
  keyPrefix: string,
  file: string,
  signal?: AbortSignal,
): Promise<ExportedEntry> {
  const [found, ...others] = await cache.show(keyPrefix)
  if (others.length > 0)
    throw new RvrError('USAGE', `${others.length + 1} entries have keys that start with ${keyPrefix}`, {
      hint: 'Give more digits.',
      details: { key: keyPrefix },
    })
  const entry = found && (await cache.lookup(found.key))
  if (entry === undefined)
    throw new RvrError('USAGE', `no entry has a key that starts with ${keyPrefix}`, {
      hint: 'rvr cache ls prints the keys.',
      details: { key: keyPrefix },
    })
  return exportEntry(entry, file, signal)
}

/** Stores what an export holds. @throws RvrError `ARTIFACT_REFUSED`, `IO`, `ABORTED`. */
export function importInto(
  cache: Pick<Cache, 'publish' | 'counts' | 'directory'>,
  layout: Layout,
  file: string,
  signal?: AbortSignal,
): Promise<ImportedEntry> {
  return importEntry(
    layout,
    file,
    async (manifest, unpacked) => {
      const { key, inputKey, info } = manifest
      const published = (): number => cache.counts['publish'] ?? 0
      const before = published()
      const entry = await cache.publish(key, inputKey, unpacked, manifest)
      if (entry === undefined)
        throw new RvrError('IO', `${file} could not be stored in ${cache.directory}`, {
          hint: 'The warning above says why.',
          details: { path: file },
        })
      entry.file.close()
      return { key, inputKey, bytes: manifest.library.bytes, info, stored: published() > before }
    },
    signal,
  )
}
