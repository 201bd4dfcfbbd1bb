/** The formats in which profiles of guests leave rvr; a format is a file here and a line below. */
import { folded } from './folded.ts'
import { html } from './html.ts'
import type { ProfileFormat } from './format.ts'

export const formats: ReadonlyMap<string, ProfileFormat> = new Map(
  [folded, html].map((format: ProfileFormat) => [format.name, format]),
)
