/** The filled tables of a segment as an archive of content `segment`: what they are of is in it. */
import type { Air, AirSet } from '../air/air.ts'
import { airSetDigest } from '../air/digest.ts'
import type { Archive } from './archive.ts'
import { expectCount } from './facts.ts'
import { originIn, originSections, type ExpectedOrigin, type SegmentOrigin } from './origin.ts'
import { tablesIn, tableSections } from './tables.ts'
import { writeArchive, type ArchiveOptions, type Content } from './write.ts'

const ROWS = 0x304
const WORD_BYTES = 4

/** A table of a segment, as a filler makes it. */
export interface FilledTable {
  readonly air: Air
  readonly height: number
  /** Rows that say something; what pads them comes behind. */
  readonly rows: number
  readonly cells: Uint32Array
}

export interface FilledSegment {
  readonly set: AirSet
  /** In the order of the AIRs. */
  readonly tables: readonly FilledTable[]
  /** Of each AIR that has some. */
  readonly publics: ReadonlyMap<Air, readonly number[]>
}

/** What is known of a segment besides its tables; its machine is that of the AIRs. */
export type SegmentFacts = Omit<SegmentOrigin, 'machine'>

/** What a writer writes. Cells are not copied. */
export function segmentContent({ set, tables, publics }: FilledSegment, facts: SegmentFacts): Content {
  const places = new Map(set.airs.map((air, place) => [air, place]))
  const entries = tables.map(({ air, height, cells }) => {
    return { air: places.get(air)!, isFixed: false, height, width: air.columns.length, cells }
  })
  const values = set.airs.flatMap(air => publics.get(air) ?? air.publics.map(() => 0))
  return {
    content: 'segment',
    sections: new Map<number, readonly ArrayBufferView[]>([
      ...tableSections({ tables: entries, publics: Uint32Array.from(values) }),
      [ROWS, [Uint32Array.from(tables.map(({ rows }) => rows))]],
      ...originSections({ ...facts, machine: airSetDigest(set) }),
    ]),
  }
}

/**
 * Writes the tables of a segment to a file, which appears or changes as a whole or not at all.
 *
 * @returns the file's absolute path
 * @throws RvrError `IO`, `USAGE` (more than an archive holds), `ABORTED`
 */
export function writeSegment(
  file: string,
  segment: FilledSegment,
  facts: SegmentFacts,
  options?: ArchiveOptions,
): Promise<string> {
  return writeArchive(file, segmentContent(segment, facts), options)
}

/** Rows that say something, by table. @throws RvrError `ARCHIVE_INVALID`, layers 3 and 4. */
export function rowsIn(archive: Archive, heights: readonly number[]): readonly number[] {
  expectCount(archive, ROWS, heights.length)
  const rows = [...archive.words(ROWS)]
  const wrong = rows.findIndex((count, table) => count > heights[table]!)
  if (wrong < 0) return rows
  throw archive.invalid(
    ROWS,
    { layer: 4, what: 'value', at: WORD_BYTES * wrong, found: rows[wrong], wanted: `at most ${heights[wrong]}` },
    `table ${wrong} has ${rows[wrong]} rows that say something, and ${heights[wrong]} in all`,
  )
}

/**
 * The segment in an archive of content `segment`, whose cells stay where they lie.
 *
 * @param set the machine's AIRs
 * @param expected what else it has to be of
 * @throws RvrError `ARCHIVE_INVALID`: layers 3 and 4; layer 5 for one of another machine, guest or ABI
 */
export function segmentIn(
  archive: Archive,
  set: AirSet,
  expected: Omit<ExpectedOrigin, 'machine'> = {},
): FilledSegment & { readonly origin: SegmentOrigin } {
  const origin = originIn(archive, { ...expected, machine: airSetDigest(set) })
  const { tables, publics } = tablesIn(archive, set.airs)
  const rows = rowsIn(
    archive,
    tables.map(({ height }) => height),
  )
  const values = new Map<Air, readonly number[]>()
  let at = 0
  for (const air of set.airs.filter(each => each.publics.length > 0))
    values.set(air, [...publics.subarray(at, (at += air.publics.length))])
  return {
    origin,
    set,
    tables: tables.map(({ air, height, cells }, table) => ({ air: set.airs[air]!, height, rows: rows[table]!, cells })),
    publics: values,
  }
}
