/** Where things lie in a cache directory. The schema version is part of the path, so versions never meet. */
import { join } from 'node:path'

export const SCHEMA_DIRECTORY = 'v1'

export interface Layout {
  /** `<cache>/v1` */
  readonly root: string
  readonly artifacts: string
  readonly inputs: string
  /** Pieces of what entries are made of. */
  readonly objects: string
  readonly staging: string
  readonly quarantine: string
  readonly locks: string
  readonly stats: string
  /** What callers remember of things outside; its folder has the name of the first such thing. */
  readonly memo: string
  /** In which order entries were used, and which were evicted. */
  readonly uses: string
  /** What lies behind digests in keys, for explanations. */
  readonly details: string
}

export function layoutOf(directory: string): Layout {
  const root = join(directory, SCHEMA_DIRECTORY)
  const under = (name: string): string => join(root, name)
  return {
    root,
    artifacts: under('artifacts'),
    inputs: under('inputs'),
    objects: under('objects'),
    staging: under('staging'),
    quarantine: under('quarantine'),
    locks: under('locks'),
    stats: under('stats'),
    memo: under('toolchain'),
    uses: under('uses'),
    details: under('details'),
  }
}

export function isKey(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text)
}

/** Directory of one artifact. */
export function entryDirectory(layout: Layout, key: string): string {
  return join(layout.artifacts, key.slice(0, 2), key)
}

/** What an entry keeps, whatever it is: it has had this name since libraries were all that was kept. */
export const ARTIFACT_FILE = 'library.so'
export const MANIFEST_FILE = 'manifest.json'
/** Its modification time is the last use; the artifact's own time never changes. */
export const USED_FILE = 'used'

/** File of one object. */
export function objectFile(layout: Layout, key: string): string {
  return join(layout.objects, key.slice(0, 2), key)
}

/** File that maps an input key to an artifact key. */
export function inputFile(layout: Layout, inputKey: string): string {
  return join(layout.inputs, `${inputKey}.json`)
}
