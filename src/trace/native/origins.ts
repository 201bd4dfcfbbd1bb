/** Where rows come from that a trace engine has filled: found by replaying what was recorded, when somebody asks. */
import { isReplayed } from '../../air/air.ts'
import type { OriginOf, Origin } from '../check/places.ts'
import { cut, DEFAULT_FRAGMENT, type RecordedSegment } from './cut.ts'
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

interface LookedFor {
  /** Index of its AIR. */
  readonly air: number
  readonly row: number
}

/**
 * The instruction that a row is of, or the first one of its block.
 *
 * @param length of the table's fragments: those of 1 are an instruction or a block
 * @throws RvrError `DIVERGED`
 */
async function originIn(
  guest: EngineGuest,
  table: FragmentTable,
  { air, row }: LookedFor,
  length: number,
): Promise<Origin | undefined> {
  const found = holding(table, air, row)
  if (found === undefined) return undefined
  const { from, to, words } = table.fragment(found.index)
  if (length === 1) return from
  const piece = { pieces: [{ ...from, words }], end: to }
  const closer = Math.ceil((to.instret - from.instret) / CLOSER)
  const { fragments } = await cut(guest, piece, { length: closer })
  return originIn(guest, fragments, { air, row: found.row }, closer)
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
    if (segment === undefined || row >= rows || !isReplayed(air)) return undefined
    using decoded = new EngineGuest(engine, guest)
    const { fragments } = await cut(decoded, segment)
    return await originIn(decoded, fragments, { air: airs.indexOf(air), row }, DEFAULT_FRAGMENT)
  }
}
