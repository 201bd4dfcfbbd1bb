/** The tables that answer lookups: fixed ones with how often each row was asked for, and that of the hash. */
import type { Air, AirSet } from '../../air/air.ts'
import { RvrError } from '../../errors.ts'
import { matrixOf, type Matrix } from '../matrix.ts'
import type { Said } from '../messages.ts'
import { fixedTable } from './fixed-columns.ts'
import { HASH_LENGTH, type RowHasher } from './hash.ts'
import { placesOf, type PlaceOf } from './places.ts'

interface Asked {
  readonly air: Air
  readonly place: PlaceOf
  /** Columns of the counts, in the order of places. */
  readonly columns: readonly number[]
  readonly cells: Uint32Array
}

/** Counts what the rows of a segment look up. */
export class Lookups {
  /** By bus. */
  readonly #fixed = new Map<string, Asked>()
  readonly #hashes = new Map<string, { readonly input: readonly number[]; count: number }>()

  constructor(set: AirSet) {
    for (const [bus, { table, place }] of placesOf(set)) {
      const air = set.airs[table.air]!
      const columns = table.answers.map(({ column }) => column)
      this.#fixed.set(set.buses[bus]!.name, { air, place, columns, cells: fixedTable(air).cells.slice() })
    }
  }

  count({ bus, fields, count }: Said): void {
    const table = this.#fixed.get(bus.name)
    if (table !== undefined) return this.#inTable(table, fields, count)
    if (bus.name !== 'hash') return
    const key = fields.slice(0, 2 * HASH_LENGTH).join()
    const entry = this.#hashes.get(key)
    if (entry === undefined) this.#hashes.set(key, { input: fields.slice(0, 2 * HASH_LENGTH), count })
    else entry.count += count
  }

  #inTable({ air, place, columns, cells }: Asked, fields: readonly number[], times: number): void {
    const found = place(fields)
    if (found === undefined)
      throw new RvrError('INTERNAL', `${air.name} is asked for ${fields.join(', ')}, which it does not have`)
    const row = Math.floor(found / columns.length)
    const at = row * air.columns.length + columns[found % columns.length]!
    cells[at] = cells[at]! + times
  }

  fixed(): readonly Matrix[] {
    return [...this.#fixed.values()].map(({ air, cells }) => {
      const height = Number(air.height)
      return { air, height, rows: height, cells }
    })
  }

  /** A row for each distinct input. */
  hashes(air: Air, hasher: RowHasher): Matrix {
    const mark = air.columns.indexOf('mark')
    const counted = air.columns.indexOf('count')
    const rows: Uint32Array[] = []
    for (const { input, count } of this.#hashes.values()) rows.push(rowFor(input, count))
    const table = matrixOf(air, rows)
    const padding = rowFor(new Uint32Array(2 * HASH_LENGTH), 0)
    for (let row = table.rows; row < table.height; row++) table.cells.set(padding, row * padding.length)
    return table

    function rowFor(input: ArrayLike<number>, count: number): Uint32Array {
      const row = hasher.row(input).slice()
      row[mark] = 1
      row[counted] = count
      return row
    }
  }
}
