/** Answers of `rvr cache export` and `rvr cache import`. */
import type { Cache } from '../../store/cache.ts'
import type { ExportedEntry } from '../../store/export-entry.ts'
import type { ImportedEntry } from '../../store/import-entry.ts'
import type { Answer } from '../answer.ts'
import { table } from '../form/table.ts'
import { grouped } from '../form/units.ts'
import { SHORT_KEY } from './stored.ts'

/** `cache export` */
export function exportAnswer(cache: Cache, exported: readonly ExportedEntry[]): Answer {
  const row = ({ key, bytes, file }: ExportedEntry): string[] => [
    key.slice(0, SHORT_KEY),
    grouped(bytes).padStart(13),
    file,
  ]
  return { json: { directory: cache.directory, exported }, text: table(exported.map(row)) }
}

type ImportedFile = ImportedEntry & { readonly file: string }

/** `cache import` */
export function importAnswer(cache: Cache, imported: readonly ImportedFile[]): Answer {
  const row = ({ key, bytes, file, info, stored }: ImportedFile): string[] => [
    key.slice(0, SHORT_KEY),
    grouped(bytes).padStart(13),
    String(info['mode'] ?? ''),
    stored ? 'stored' : 'was there already',
    file,
  ]
  return { json: { directory: cache.directory, imported }, text: table(imported.map(row)) }
}
