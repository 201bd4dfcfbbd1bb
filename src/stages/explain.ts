/** Why an artifact of a stage comes from the store or does not. */
import type { Key } from '../store/digest.ts'
import type { PartDescription } from '../store/explain/description.ts'
import { explanationLines, type Explanation } from '../store/explain/explain.ts'
import { commonParts } from './key.ts'
import type { Stage, StageRequest } from './stage.ts'

/** What a lookup of `input` would find now. Nothing is made, counted or used. */
export async function explain<Request extends StageRequest, Inputs, Opened, Report, Kind extends string>(
  stage: Stage<Request, Inputs, Opened, Report, Kind>,
  request: Request,
  input: Key,
): Promise<Explanation<Kind | 'other'>> {
  const descriptions: readonly PartDescription<Kind | 'other'>[] = [...commonParts, ...stage.parts]
  return request.services.cache.explain(input, {
    descriptions,
    details: (await stage.details?.(request)) ?? {},
    subject: stage.subject?.(request),
  })
}

/** Tells those who asked why something has to be made. */
export async function reportMiss<Request extends StageRequest, Inputs, Opened, Report, Kind extends string>(
  stage: Stage<Request, Inputs, Opened, Report, Kind>,
  request: Request,
  input: Key,
): Promise<void> {
  const reasons = explanationLines(await explain(stage, request, input), info => stage.title(info))
  request.events({ type: 'cache-miss', reasons })
}
