/** Tables as the prover's library has them: where their cells are, and which of them are columns. */
import { RvrError } from '../../errors.ts'
import { addressOfArray } from '../native-library.ts'

/** A table of 2^logHeight rows, canonical words, row by row. */
export interface ProverTable {
  readonly cells: Uint32Array
  /** Words from row to row. */
  readonly stride: number
  readonly logHeight: number
  /** Words of a row that are the columns, in their order. Default: the first ones. */
  readonly columns?: Uint32Array | undefined
}

/** A table whose columns a key has a commitment of. */
export interface FixedColumns extends ProverTable {
  readonly width: number
}

/** The main columns of an AIR. */
export interface MainTable extends ProverTable {
  /** Number of the AIR in the key. */
  readonly air: number
  /** Columns behind all others, each with the AIR's node that it is the value of. */
  readonly derived?: readonly { readonly column: number; readonly node: number }[] | undefined
}

const TABLE_WORDS = 8
const ABSENT = 0xffff_ffffn

export interface Records {
  readonly words: BigUint64Array
  /** What the words have addresses of. */
  readonly kept: readonly ArrayBufferView[]
}

/** Of the first `width` columns, or those that are named: none of them may lie outside of the cells. */
export function checkTable({ cells, stride, logHeight, columns }: ProverTable, width: number): void {
  const rows = 2 ** logHeight
  const last = columns === undefined ? width - 1 : columns.reduce((most, column) => Math.max(most, column), -1)
  const isWhole = (rows - 1) * stride + last < cells.length && (columns === undefined || columns.length >= width)
  if (logHeight < 0 || logHeight > 24 || !Number.isInteger(logHeight) || !isWhole)
    throw new RvrError('INTERNAL', `a table of 2^${logHeight} rows has ${cells.length} cells for ${width} columns`)
}

interface PlacedTable extends ProverTable {
  /** Number of its record. */
  readonly at: number
  readonly width: number
  /** Pairs of column and node. */
  readonly derived?: Uint32Array | undefined
}

export function recordsOf(count: number, tables: readonly PlacedTable[]): Records {
  const words = new BigUint64Array(count * TABLE_WORDS)
  for (let at = 0; at < count; at++) words[at * TABLE_WORDS + 5] = ABSENT
  const kept: ArrayBufferView[] = []
  const address = (array: Uint32Array | undefined): bigint => {
    if (array === undefined || array.length === 0) return 0n
    kept.push(array)
    return addressOfArray(array)
  }
  for (const { at, cells, stride, columns, derived, logHeight, width } of tables) {
    const sizes = [derived === undefined ? 0 : derived.length / 2, logHeight, width].map(BigInt)
    const record = [address(cells), BigInt(stride), address(columns), address(derived), ...sizes]
    words.set(record, at * TABLE_WORDS)
  }
  return { words, kept }
}
