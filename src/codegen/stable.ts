/** What units need to say addresses so that their text stays the same when the guest's code and data move. */
import type { Graph } from '../program/program.ts'
import type { Emission } from '../modes/mode.ts'
import { movingRange, type MovingRange } from '../analysis/moving-uppers.ts'
import { likelyUppers } from '../analysis/likely-uppers.ts'
import { pcOf } from '../program/slots.ts'
import { Places } from './names.ts'
import type { UnitLimits } from './unit-limits.ts'

export interface StableText {
  readonly places: Places
  readonly range: MovingRange
  /** See likelyUppers. */
  readonly likely: readonly number[]
}

/**
 * Undefined for guests that are small or name no functions, and for modes whose C says numbers of slots.
 */
export function stableText(graph: Graph, emission: Emission, { stableFrom }: UnitLimits): StableText | undefined {
  const { image, base, instrs } = graph.program
  const end = pcOf(graph.program, instrs.length)
  if (instrs.length < stableFrom || emission.saysSlots === true) return undefined
  const places = new Places(image.symbols, base, end)
  if (places.count === 0) return undefined
  const range = movingRange(graph.program)
  return { places, range, likely: likelyUppers(graph, pc => places.functionAt(pc), range) }
}
