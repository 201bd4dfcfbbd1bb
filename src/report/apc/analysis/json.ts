/** The analysis of candidates as JSON: docs/json.md. */
import { hexText } from '../../../hex.ts'
import type { ApcAnalysis } from '../../../sdk/apc/analysis.ts'

export const analysisJson = ({ candidates, ...rest }: ApcAnalysis): object => ({
  ...rest,
  candidates: candidates.map(({ starts, instructions, ...candidate }) => ({
    starts: starts.map(hexText),
    ...candidate,
    instructions: instructions.map(({ pc, text }) => ({ pc: hexText(pc), text })),
  })),
})
