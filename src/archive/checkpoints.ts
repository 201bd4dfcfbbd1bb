/** Places of a guest's run in an archive: sections 0x603 and 0x604. */
import type { Archive } from './archive.ts'
import type { Fault } from './fault.ts'
import type { SegmentOrigin } from './origin.ts'

const CHECKPOINTS = 0x603
const REGISTERS = 0x604

const REGISTER_COUNT = 32
const FIELDS = ['instret', 'pc', 'ts', 'tape'] as const
const LONG_BYTES = 8

/** A guest between two instructions of a segment. */
export interface Checkpoint {
  /** Instructions of the run retired before it. */
  readonly instret: number
  readonly pc: number
  /** Time in the segment's tables; undefined where it has not been counted. */
  readonly ts?: number | undefined
  /** 32 registers; the first is 0. */
  readonly x: BigUint64Array
}

/** With the words of the tape that are in front of it. */
export interface Place extends Checkpoint {
  readonly tape: number
}

/** Where in its segment a recording may begin and end. */
export interface Bounds {
  readonly origin: SegmentOrigin
  /** Of the whole tape. */
  readonly tapeWords: number
  /** It may be a part of the segment. */
  readonly isPart: boolean
}

export function checkpointSections(
  pieces: readonly (Checkpoint & { readonly words: { readonly length: number } })[],
  end: Checkpoint,
): [number, ArrayBufferView[]][] {
  let tape = 0
  const longs = new BigUint64Array(FIELDS.length * (pieces.length + 1))
  const places: readonly (Checkpoint & { readonly words?: { readonly length: number } })[] = [...pieces, end]
  for (const [index, { instret, pc, ts = 0, words }] of places.entries()) {
    longs.set([instret, pc, ts, tape].map(BigInt), FIELDS.length * index)
    tape += words?.length ?? 0
  }
  return [
    [CHECKPOINTS, [longs]],
    [REGISTERS, places.map(({ x }) => x)],
  ]
}

type Check = (value: number, before: number | undefined) => boolean

/** Does each field follow from what is in front of it? */
function checksOf({ origin, tapeWords, isPart }: Bounds): Readonly<Record<(typeof FIELDS)[number], Check>> {
  const start = origin.instretStart
  const end = start + origin.instructions
  const begins = (value: number): boolean => (isPart ? value >= start : value === start)
  return {
    instret: (value, before) => (before === undefined ? begins(value) : value >= before) && value <= end,
    pc: value => value < 2 ** 32 && value % 4 === 0,
    ts: (value, before) => value < 2 ** 32 && value >= (before ?? 0),
    tape: (value, before) => (before === undefined ? value === 0 : value >= before) && value <= tapeWords,
  }
}

/**
 * Pieces in order, and behind them where the last one ends; registers stay where they lie.
 *
 * @throws RvrError `ARCHIVE_INVALID`, layers 3 and 4
 */
export function checkpointsIn(archive: Archive, bounds: Bounds): readonly Place[] {
  const { xlen } = bounds.origin
  const { count } = archive.section(CHECKPOINTS)
  const registers = archive.longs(REGISTERS)
  const fail = (kind: number, fault: Omit<Fault, 'section' | 'offset'> & { at: number }, problem: string): Error =>
    archive.invalid(kind, fault, problem)
  if (count < 2)
    throw fail(
      CHECKPOINTS,
      { layer: 3, what: 'shape', at: 0, found: count, wanted: 'at least 2' },
      `it has ${count} checkpoints: a segment has one where it starts and one where it ends`,
    )
  if (registers.length !== REGISTER_COUNT * count)
    throw fail(
      REGISTERS,
      { layer: 3, what: 'shape', at: 0, found: registers.length, wanted: REGISTER_COUNT * count },
      `it has ${registers.length} registers for ${count} checkpoints`,
    )
  const longs = archive.longs(CHECKPOINTS)
  const checks = checksOf(bounds)
  const places: Place[] = []
  for (let index = 0; index < count; index++) {
    const before = places.at(-1)
    const place = { instret: 0, pc: 0, ts: 0, tape: 0 }
    for (const [at, field] of FIELDS.entries()) {
      const long = longs[FIELDS.length * index + at]!
      const value = Number(long)
      if (!Number.isSafeInteger(value) || !checks[field](value, before?.[field]))
        throw fail(
          CHECKPOINTS,
          { layer: 4, what: 'value', at: LONG_BYTES * (FIELDS.length * index + at), found: value },
          `${field} of checkpoint ${index} is ${long}, which cannot be there`,
        )
      place[field] = value
    }
    const x = registers.subarray(REGISTER_COUNT * index, REGISTER_COUNT * (index + 1))
    const wrong = x.findIndex((value, register) => (register === 0 ? value !== 0n : value >> BigInt(xlen) !== 0n))
    if (wrong >= 0)
      throw fail(
        REGISTERS,
        { layer: 4, what: 'value', at: LONG_BYTES * (REGISTER_COUNT * index + wrong), found: String(x[wrong]) },
        `x${wrong} of checkpoint ${index} is ${x[wrong]}, which it cannot be`,
      )
    places.push({ ...place, ts: place.ts === 0 ? undefined : place.ts, x })
  }
  checkEnd(archive, bounds, places.at(-1)!)
  return places
}

/** The last checkpoint is where the tape ends, and the segment. */
function checkEnd(archive: Archive, { origin, tapeWords, isPart }: Bounds, end: Place): void {
  const last = origin.instretStart + origin.instructions
  const ends = { instret: isPart ? end.instret : last, tape: tapeWords }
  const { count } = archive.section(CHECKPOINTS)
  for (const field of ['instret', 'tape'] as const) {
    if (end[field] === ends[field]) continue
    const at = LONG_BYTES * (FIELDS.length * (count - 1) + FIELDS.indexOf(field))
    throw archive.invalid(
      CHECKPOINTS,
      { layer: 3, what: 'shape', at, found: end[field], wanted: ends[field] },
      `its last checkpoint is at ${field} ${end[field]}, and the segment ends at ${ends[field]}`,
    )
  }
}
