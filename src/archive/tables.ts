/** Tables of field elements in an archive: sections 0x301 to 0x303 (layers 3 and 4). */
import { P } from '../air/field.ts'
import type { Archive } from './archive.ts'

const TABLES = 0x301
const CELLS = 0x302
const PUBLICS = 0x303

const WORDS = 4
const ENTRY_BYTES = 16
const CELL_BYTES = 4
const MAX_AIRS = 1024
const MAX_LOG_HEIGHT = 24
const MAX_WIDTH = 1 << 16

/** A table as it lies in an archive. */
export interface ArchivedTable {
  /** Place of its AIR in the machine's list. */
  readonly air: number
  /** It is the same in every segment: a part of the key. */
  readonly isFixed: boolean
  /** A power of two. */
  readonly height: number
  /** Columns. */
  readonly width: number
  /** Row by row, canonical: no copy. */
  readonly cells: Uint32Array
}

export interface ArchivedTables {
  /** In the order of the AIRs. */
  readonly tables: readonly ArchivedTable[]
  /** Of all AIRs, in their order: no copy. */
  readonly publics: Uint32Array
}

/** What an AIR's tables have to look like. */
export interface TableShape {
  readonly name: string
  readonly columns: readonly string[]
  readonly publics: readonly string[]
}

interface Entry {
  readonly air: number
  readonly isFixed: boolean
  readonly logHeight: number
  readonly width: number
}

function checkElements(archive: Archive, kind: number, words: Uint32Array, what: string): void {
  // No callback: there may be a thousand million of them.
  for (let index = 0; index < words.length; index++)
    if (words[index]! >= P)
      throw archive.invalid(
        kind,
        { layer: 4, what: 'value', at: CELL_BYTES * index, found: words[index], wanted: `below ${P}` },
        `${what} ${index} is ${words[index]}, and field elements are below ${P}`,
      )
}

function entriesOf(archive: Archive, shapes: readonly TableShape[] | undefined): Entry[] {
  const words = archive.words(TABLES)
  const entries: Entry[] = []
  let before = -1
  for (let at = 0; at < words.length; at += WORDS) {
    const [air, kind, logHeight, width] = words.subarray(at, at + WORDS) as unknown as [number, number, number, number]
    const place = `table ${entries.length}`
    const fail = (what: 'shape' | 'order' | 'value', word: number, problem: string): Error => {
      const fault = { layer: what === 'value' ? 4 : 3, what, at: ENTRY_BYTES * entries.length + 4 * word } as const
      return archive.invalid(TABLES, { ...fault, found: words[at + word] }, `${place} ${problem}`)
    }
    if (kind > 1) throw fail('value', 1, `is of kind ${kind}: they are 0, fixed, or 1, of a run`)
    if (air >= (shapes?.length ?? MAX_AIRS)) throw fail('shape', 0, `is of AIR ${air}, which the machine has not`)
    if (2 * air + kind <= before) throw fail('order', 0, 'does not come behind the one in front of it')
    if (logHeight > MAX_LOG_HEIGHT)
      throw fail('shape', 2, `has 2^${logHeight} rows: tables have 2^${MAX_LOG_HEIGHT} at most`)
    const wanted = shapes?.[air]
    // Tables of a machine's AIRs are whole.
    if (wanted !== undefined && kind === 0) throw fail('shape', 1, `is fixed: ${wanted.name} has no columns apart`)
    if (wanted !== undefined && width !== wanted.columns.length)
      throw fail('shape', 3, `has ${width} columns: ${wanted.name} has ${wanted.columns.length}`)
    if (width === 0 || width > MAX_WIDTH) throw fail('shape', 3, `has ${width} columns`)
    before = 2 * air + kind
    entries.push({ air, isFixed: kind === 0, logHeight, width })
  }
  return entries
}

/**
 * The tables in an archive of content `traces` or `segment`.
 *
 * @param shapes of the machine's AIRs; where they are not known, AIR numbers and the count of public values are not
 *   checked
 * @throws RvrError `ARCHIVE_INVALID`, layers 3 and 4
 */
export function tablesIn(archive: Archive, shapes?: readonly TableShape[]): ArchivedTables {
  const entries = entriesOf(archive, shapes)
  const cells = archive.words(CELLS)
  // At most 2048 tables of 2^40 cells: exact.
  const wanted = entries.reduce((sum, { logHeight, width }) => sum + width * 2 ** logHeight, 0)
  if (cells.length !== wanted)
    throw archive.invalid(
      CELLS,
      { layer: 3, what: 'shape', found: cells.length, wanted },
      `it has ${cells.length} cells, and its tables have ${wanted}`,
    )
  const publics = archive.words(PUBLICS)
  const values = shapes?.reduce((sum, shape) => sum + shape.publics.length, 0)
  if (values !== undefined && publics.length !== values)
    throw archive.invalid(
      PUBLICS,
      { layer: 3, what: 'shape', found: publics.length, wanted: values },
      `it has ${publics.length} public values, and the machine has ${values}`,
    )
  checkElements(archive, CELLS, cells, 'cell')
  checkElements(archive, PUBLICS, publics, 'public value')
  let at = 0
  const tables = entries.map(({ air, isFixed, logHeight, width }) => {
    const height = 2 ** logHeight
    const start = at
    at += height * width
    return { air, isFixed, height, width, cells: cells.subarray(start, at) }
  })
  return { tables, publics }
}

/** The sections of tables: content for a writer. Cells are not copied. */
export function tableSections({ tables, publics }: ArchivedTables): [number, ArrayBufferView[]][] {
  const entries = Uint32Array.from(
    tables.flatMap(({ air, isFixed, height, width }) => [air, Number(!isFixed), Math.log2(height), width]),
  )
  return [
    [TABLES, [entries]],
    [CELLS, tables.map(({ cells }) => cells)],
    [PUBLICS, [publics]],
  ]
}
