/** Answers of `rvr cache export` and `rvr cache import`. */
import type { Cache } from '../../store/cache.ts'
import type { ExportedEntry } from '../../store/export-entry.ts'
import type { ImportedEntry } from '../../store/import-entry.ts'
import { table } from '../form/table.ts'
import { grouped } from '../form/units.ts'

const SHORT_KEY = 12

interface Answer {
  readonly json: object
  readonly text: string
}

/** `cache export` */
export function exportAnswer(cache: Cache, exported: readonly ExportedEntry[]): Answer {
  return {
    json: { directory: cache.directory, exported },
    text: table(exported.map(({ key, bytes, file }) => [key.slice(0, SHORT_KEY), grouped(bytes).padStart(13), file])),
  }
}

/** `cache import` */
export function importAnswer(cache: Cache, imported: readonly (ImportedEntry & { readonly file: string })[]): Answer {
  return {
    json: { directory: cache.directory, imported },
    text: table(
      imported.map(({ key, bytes, file, info, stored }) => [
        key.slice(0, SHORT_KEY),
        grouped(bytes).padStart(13),
        String(info['mode'] ?? ''),
        stored ? 'stored' : 'was there already',
        file,
      ]),
    ),
  }
}
