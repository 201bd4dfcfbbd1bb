/** Rows of line programs: from which address on which line is meant. */
import { lastAtMost } from '../search.ts'
import type { AddressRange } from './ranges.ts'

/** A row counts for so many bytes. */
export const ROW_BYTES = 16

export interface LinePlace {
  /** Number of a file of the table. */
  readonly file: number
  /** 0 where no line is meant. */
  readonly line: number
  readonly column: number
}

/** Addresses that come from one line. */
export interface LineRun extends AddressRange {
  /** Number of a file of the table. */
  readonly file: number
  readonly line: number
}

/** Rows of one run of addresses, in their order. */
export interface Sequence extends AddressRange {
  readonly firstRow: number
  readonly endRow: number
}

/** Collects rows, and makes sequences of them; those that are no use take no room. */
export class LineRows {
  readonly sequences: Sequence[] = []
  #addresses = new Uint32Array(64)
  #places = new Uint32Array(64 * 3)
  #count = 0
  #firstRow = 0
  #from = 0
  #last = -1
  /** Do the addresses of the sequence that is being read only go up, in memory? */
  #isOrdered = true

  readonly #memoryEnd: number

  constructor(memoryEnd: number) {
    this.#memoryEnd = memoryEnd
  }

  push(address: number, file: number, line: number, column: number): void {
    if (address < this.#last || address >= this.#memoryEnd) this.#isOrdered = false
    if (this.#count === this.#firstRow) this.#from = address
    // Of several rows with one address the last one counts.
    const isAgain = this.#count > this.#firstRow && this.#addresses[this.#count - 1] === address
    const row = isAgain ? this.#count - 1 : this.#count
    this.#last = address
    if (row > this.#firstRow && this.#isPlace(row - 1, file, line, column)) {
      this.#count = row
      return
    }
    if (row === this.#addresses.length) this.#grow()
    this.#addresses[row] = address
    this.#places[3 * row] = file
    this.#places[3 * row + 1] = line
    this.#places[3 * row + 2] = column
    this.#count = row + 1
  }

  /** Ends the sequence at an address. One whose addresses go down, or that leads out of memory, is left out. */
  end(address: number): void {
    const [firstRow, from] = [this.#firstRow, this.#from]
    const isGood = this.#isOrdered && this.#count > firstRow && address > from && address >= this.#last
    if (isGood) this.sequences.push({ from, to: address, firstRow, endRow: this.#count })
    else this.#count = firstRow
    this.#firstRow = this.#count
    this.#last = -1
    this.#isOrdered = true
  }

  at({ firstRow, endRow }: Sequence, pc: number): LinePlace {
    const row = this.#rowAt(firstRow, endRow, pc)
    return { file: this.#places[3 * row]!, line: this.#places[3 * row + 1]!, column: this.#places[3 * row + 2]! }
  }

  /** Runs of the addresses from `from` up to `to`, not including it, that are one line's each. */
  *runs({ firstRow, endRow }: Sequence, { from, to }: AddressRange): Generator<LineRun> {
    for (let row = this.#rowAt(firstRow, endRow, from); row < endRow && this.#addresses[row]! < to; row++) {
      const [file, line] = [this.#places[3 * row]!, this.#places[3 * row + 1]!]
      const start = Math.max(from, this.#addresses[row]!)
      // Rows that differ in their column only are one run.
      while (row + 1 < endRow && this.#places[3 * row + 3] === file && this.#places[3 * row + 4] === line) row++
      const end = row + 1 < endRow ? Math.min(this.#addresses[row + 1]!, to) : to
      if (line > 0 && end > start) yield { from: start, to: end, file, line }
    }
  }

  #rowAt(firstRow: number, endRow: number, pc: number): number {
    return (
      firstRow +
      Math.max(
        0,
        lastAtMost(endRow - firstRow, pc, index => this.#addresses[firstRow + index]!),
      )
    )
  }

  #isPlace(row: number, file: number, line: number, column: number): boolean {
    const places = this.#places
    return places[3 * row] === file && places[3 * row + 1] === line && places[3 * row + 2] === column
  }

  #grow(): void {
    const [addresses, places] = [this.#addresses, this.#places]
    this.#addresses = new Uint32Array(2 * addresses.length)
    this.#addresses.set(addresses)
    this.#places = new Uint32Array(2 * places.length)
    this.#places.set(places)
  }
}
