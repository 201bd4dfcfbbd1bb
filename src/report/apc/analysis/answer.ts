/** The answer of `rvr apc analyze`. */
import type { ApcAnalysis } from '../../../sdk/apc/analysis.ts'
import type { Guest } from '../../../sdk/guest.ts'
import type { Answer } from '../../answer.ts'
import { analysisJson } from './json.ts'
import { analysisText } from './text.ts'

export const analysisAnswer = ({ path, digest }: Pick<Guest, 'path' | 'digest'>, analysis: ApcAnalysis): Answer => ({
  json: { guest: { path, digest }, ...analysisJson(analysis) },
  text: analysisText(analysis),
})
