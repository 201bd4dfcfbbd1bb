/** The analysis of candidates as one HTML file that needs nothing else. */
import { resourceText } from '../../../resources.ts'
import type { ApcAnalysis } from '../../../sdk/apc/analysis.ts'
import { analysisJson } from './json.ts'

/** Names of a guest are data, whatever is in them: nothing there ends the element that holds them. */
const asData = (value: object): string => JSON.stringify(value).replaceAll('<', String.raw`\u003c`)

export function analysisHtml(guest: { readonly path: string; readonly digest: string }, analysis: ApcAnalysis): string {
  const { path, digest } = guest
  const data = asData({ guest: { path, digest }, ...analysisJson(analysis) })
  return resourceText('templates/report/apc-analysis.html').replace('/* DATA */', () => data)
}
