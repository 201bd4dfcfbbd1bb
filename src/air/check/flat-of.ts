/** The operations that check an AIR's rows, made once. */
import type { Air } from '../air.ts'
import { flattened, type Flat } from '../flat.ts'

interface AirFlat {
  /** A root for each constraint. */
  readonly constraints: Flat
  /** Roots for each interaction: how often, then the fields. */
  readonly messages: Flat
}

const known = new WeakMap<Air, AirFlat>()

export function flatOf(air: Air): AirFlat {
  const before = known.get(air)
  if (before !== undefined) return before
  const flat = {
    constraints: flattened(air.constraints.map(({ of }) => of)),
    messages: flattened(air.interactions.flatMap(({ count, fields }) => [count, ...fields])),
  }
  known.set(air, flat)
  return flat
}
