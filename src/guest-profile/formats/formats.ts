/** The formats in which profiles of guests leave rvr; a format is a file here and a line below. */
import { callgrind } from './callgrind.ts'
import { firefox } from './firefox.ts'
import { folded } from './folded.ts'
import type { ProfileFormat } from './format.ts'
import { html } from './html.ts'
import { json } from './json.ts'
import { lcov } from './lcov.ts'
import { pprof } from './pprof.ts'
import { speedscope } from './speedscope.ts'

export const formats: ReadonlyMap<string, ProfileFormat> = new Map(
  [json, folded, speedscope, firefox, pprof, html, callgrind, lcov].map((format: ProfileFormat) => [
    format.name,
    format,
  ]),
)
