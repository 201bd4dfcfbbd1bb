/** Fragments of a segment: plain data, which can be saved and filled elsewhere, and as C has them. */
import type { AirSet } from '../../air/air.ts'
import { addressOfArray } from '../../load/native-library.ts'
import { fragmentLayout, readCheckpoint, writeCheckpoint, type Checkpoint, type TapeWords } from './records.ts'

/** A stretch of instructions that can be filled by itself. */
export interface Fragment {
  readonly from: Checkpoint
  /** The state behind it. */
  readonly to: Checkpoint
  /** Time in the segment in front of it, and behind it. */
  readonly ts: number
  readonly tsAfter: number
  readonly words: TapeWords
  /** By AIR: rows, and the number of the first one in its matrix. */
  readonly rows: readonly number[]
  readonly firstRows: readonly number[]
}

/** Records of fragments in order of time, with the tapes that they point into. */
export class FragmentTable {
  readonly records: BigUint64Array<ArrayBuffer>
  readonly count: number
  readonly #airs: number
  /** Of each fragment: the array that its words are in. Kept, as C has their addresses alone. */
  readonly #tapes: readonly TapeWords[]

  constructor(set: AirSet, records: BigUint64Array<ArrayBuffer>, tapes: readonly TapeWords[]) {
    this.#airs = set.airs.length
    this.records = records
    this.count = tapes.length
    this.#tapes = tapes
  }

  static of(set: AirSet, fragments: readonly Fragment[]): FragmentTable {
    const airs = set.airs.length
    const at = fragmentLayout(airs)
    const records = new BigUint64Array(fragments.length * at.size)
    for (const [index, { from, to, ts, tsAfter, words, rows, firstRows }] of fragments.entries()) {
      const record = records.subarray(index * at.size, (index + 1) * at.size)
      writeCheckpoint(record, at.from, from)
      writeCheckpoint(record, at.to, to)
      const numbers = [ts, tsAfter, addressOfArray(words), words.length].map(BigInt)
      record.set(numbers, at.ts)
      record.set(rows.map(BigInt), at.rows)
      record.set(firstRows.map(BigInt), at.firstRow)
    }
    return new FragmentTable(
      set,
      records,
      fragments.map(({ words }) => words),
    )
  }

  /** Rows of an AIR that a fragment has. */
  rowsOf(index: number, air: number): number {
    const at = fragmentLayout(this.#airs)
    return Number(this.records[index * at.size + at.rows + air])
  }

  /** A copy with memory of its own. */
  fragment(index: number): Fragment {
    const at = fragmentLayout(this.#airs)
    const record = this.records.subarray(index * at.size, (index + 1) * at.size)
    const tape = this.#tapes[index]!
    const first = Number(record[at.tape]! - addressOfArray(tape)) / tape.BYTES_PER_ELEMENT
    const count = Number(record[at.words])
    const numbers = (from: number): number[] => [...record.subarray(from, from + this.#airs)].map(Number)
    return {
      from: readCheckpoint(record, at.from),
      to: readCheckpoint(record, at.to),
      ts: Number(record[at.ts]),
      tsAfter: Number(record[at.tsAfter]),
      words: count === 0 ? tape.slice(0, 0) : tape.slice(first, first + count),
      rows: numbers(at.rows),
      firstRows: numbers(at.firstRow),
    }
  }
}
