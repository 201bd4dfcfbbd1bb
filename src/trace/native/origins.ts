/** Where rows come from that a trace engine has filled: found by replaying what was recorded, when somebody asks. */
import type { OriginOf, Origin } from '../check/places.ts'
import { cut, type RecordedSegment } from './cut.ts'
import type { TracedGuest } from '../steps.ts'
import { EngineGuest, type TraceEngine } from './engine.ts'
import type { FragmentTable } from './fragments.ts'

/** Fragments that a stretch is cut into, to look closer at one of them. */
const CLOSER = 256

/** The fragment that has a row of an AIR, and its place there; undefined where none has. */
function holding(
  table: FragmentTable,
  air: number,
  row: number,
): { readonly index: number; readonly row: number } | undefined {
  let left = row
  for (let index = 0; index < table.count; index++) {
    const count = table.rowsOf(index, air)
    if (left < count) return { index, row: left }
    left -= count
  }
  return undefined
}

/** The instruction that a row of an AIR is of. @throws RvrError `DIVERGED` */
async function originIn(
  guest: EngineGuest,
  table: FragmentTable,
  air: number,
  row: number,
): Promise<Origin | undefined> {
  const found = holding(table, air, row)
  if (found === undefined) return undefined
  const { from, to, words } = table.fragment(found.index)
  const instructions = to.instret - from.instret
  if (instructions === 1) return from
  const piece = { pieces: [{ ...from, words }], end: to }
  const closer = await cut(guest, piece, { length: Math.ceil(instructions / CLOSER) })
  return originIn(guest, closer.fragments, air, found.row)
}

/**
 * Rows of padding and of the system have none.
 *
 * @param recorded what the rows were filled from; undefined where that is gone, and nothing is known any more
 */
export function originsOf(
  engine: TraceEngine,
  guest: TracedGuest,
  recorded: () => RecordedSegment | undefined,
): OriginOf {
  const { airs } = engine.set
  return async ({ air, rows }, row) => {
    const segment = recorded()
    if (segment === undefined || row >= rows || air.instructions.length === 0) return undefined
    using decoded = new EngineGuest(engine, guest)
    const { fragments } = await cut(decoded, segment)
    return await originIn(decoded, fragments, airs.indexOf(air), row)
  }
}
