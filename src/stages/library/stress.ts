/** The option `stress`, which makes generated code take rare paths: in the keys and in the identity block. */
import { stressTunings, type Stress } from '../../codegen/tuning.ts'
import { RvrError } from '../../errors.ts'
import type { PipelineOptions } from './request.ts'

/** What a mode's code depends on beside its name: in the keys and in the identity block. */
export const modeOptionsOf = ({ stress }: PipelineOptions): Readonly<Record<string, string>> =>
  stress === undefined ? {} : { stress }

/** The stress that was asked for, by option or by RVR_STRESS. @throws RvrError `USAGE`. */
export function stressOf(option: string | undefined, environment: NodeJS.ProcessEnv): Stress | undefined {
  const wanted = option ?? environment['RVR_STRESS'] ?? ''
  if (wanted === '') return undefined
  const known = Object.keys(stressTunings) as Stress[]
  const found = known.find(name => name === wanted)
  if (found === undefined)
    throw new RvrError('USAGE', `there is no stress ${wanted}`, {
      hint: `Use ${known.join(' or ')}, or leave ${option === undefined ? 'RVR_STRESS' : 'it'} out.`,
    })
  return found
}
