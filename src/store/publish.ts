/** Stores an artifact so that no other process ever sees half of it. */
import { constants } from 'node:fs'
import { chmod, copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { digestDescriptor } from './digest.ts'
import { flush, uniqueName } from './durable.ts'
import { entryDirectory, ARTIFACT_FILE, MANIFEST_FILE, USED_FILE, type Layout } from './layout.ts'
import type { Entry } from './lookup.ts'
import { MANIFEST_SCHEMA, type Manifest, type ManifestDraft } from './manifest.ts'
import { openStored, type OpenFile } from './open-file.ts'

/** Renaming onto a directory that has something in it, or onto a file, fails with one of these. */
const TAKEN = new Set(['ENOTEMPTY', 'EEXIST', 'ENOTDIR'])

/** What is stored under a key of its own and found by the key of what it was made from. */
export interface Publication {
  readonly key: string
  readonly inputKey: string
  /** The file that is copied into the store. */
  readonly source: string
  readonly draft: ManifestDraft
}

/**
 * Stages artifact and manifest beside the store, flushes both, and renames the directory to its place. The entry, open
 * before anybody can evict it; undefined when there is one already. Throws the file system's error.
 */
export async function publishEntry(
  layout: Layout,
  { key, inputKey, source, draft }: Publication,
): Promise<Entry | undefined> {
  const staged = join(layout.staging, uniqueName())
  const target = entryDirectory(layout, key)
  let file: OpenFile | undefined
  try {
    await mkdir(staged, { mode: 0o700 })
    const path = join(staged, ARTIFACT_FILE)
    await copyFile(source, path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
    await chmod(path, 0o400)
    file = openStored(path)
    const manifest: Manifest = {
      schema: MANIFEST_SCHEMA,
      key,
      inputKey,
      library: await digestDescriptor(file.fd),
      createdMs: Date.now(),
      info: draft.info,
      parts: draft.parts,
      inputParts: draft.inputParts,
    }
    await writeFile(join(staged, MANIFEST_FILE), `${JSON.stringify(manifest)}\n`, { mode: 0o600 })
    await writeFile(join(staged, USED_FILE), '', { mode: 0o600 })
    for (const written of [path, join(staged, MANIFEST_FILE), staged]) await flush(written)
    await mkdir(dirname(target), { recursive: true, mode: 0o700 })
    await rename(staged, target)
    await flush(dirname(target))
    return { path: join(target, ARTIFACT_FILE), file, manifest }
  } catch (error) {
    file?.close()
    await rm(staged, { recursive: true, force: true }).catch(() => {})
    if (TAKEN.has((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}
