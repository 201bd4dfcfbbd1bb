/** The results of `rvr compile` for several guests or modes. */
import type { RvrError } from '../../errors.ts'
import type { Artifact } from '../../sdk/artifact.ts'
import { compileJson, type ReportedGuest } from './artifact.ts'
import { table } from '../form/table.ts'
import { count } from '../form/units.ts'

/** What came of one guest in one mode: an artifact, or an error. */
export interface Compilation {
  readonly file: string
  readonly mode: string
  readonly guest?: ReportedGuest
  readonly artifact?: Artifact
  /** Where the library is. */
  readonly library?: string
  readonly error?: RvrError
}

const errorJson = ({ code, message, hint, details }: RvrError) => ({ code, message, hint, details })

/** The object of `rvr compile --json` for several guests or modes. */
export function compilationsJson(compilations: readonly Compilation[]): object {
  return {
    compilations: compilations.map(({ file, mode, guest, artifact, library, error }) => {
      if (guest !== undefined && artifact !== undefined && library !== undefined)
        return compileJson(library, guest, artifact)
      return { mode, guest: { path: file }, error: error && errorJson(error) }
    }),
    failed: compilations.filter(({ error }) => error !== undefined).length,
  }
}

/** The same as text: a row for each, and how many there were. */
export function compilationsText(compilations: readonly Compilation[]): string {
  const done = compilations.filter(({ error }) => error === undefined)
  const hits = done.filter(({ artifact }) => artifact?.cache.outcome === 'hit')
  const failed = compilations.length - done.length
  const rows = compilations.map(({ file, mode, artifact, library, error }) => [
    file,
    mode,
    error === undefined ? artifact!.cache.outcome : 'failed',
    library ?? error!.code,
  ])
  const ready = `${count(done.length, 'library', 'libraries')} ready, ${hits.length} from the cache`
  return `${table(rows)}${ready}${failed === 0 ? '' : `; ${failed} failed`}\n`
}
