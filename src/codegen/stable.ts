/** What units need to say addresses so that their text stays the same when the guest's code and data move. */
import type { Graph } from '../program/program.ts'
import type { Mode } from '../modes/mode.ts'
import { movingRange, type MovingRange } from '../analysis/moving-uppers.ts'
import { likelyUppers } from './likely-uppers.ts'
import { Places } from './names.ts'
import type { UnitLimits } from './unit-limits.ts'

export interface StableText {
  readonly places: Places
  readonly range: MovingRange
  /** See likelyUppers. */
  readonly likely: Int32Array
}

/**
 * Undefined for guests that are small or name no functions, and for counts of a profile, which stand at numbers of
 * instructions: those move.
 */
export function stableText(graph: Graph, mode: Mode, { stableFrom }: UnitLimits): StableText | undefined {
  const { image, base, instrs } = graph.program
  if (instrs.length < stableFrom || mode.profile !== undefined) return undefined
  const places = new Places(image.symbols, base, base + instrs.length * 4)
  if (places.count === 0) return undefined
  const range = movingRange(graph.program)
  return { places, range, likely: likelyUppers(graph, places, range) }
}
