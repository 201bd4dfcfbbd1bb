/** The tables that answer lookups: fixed ones with how often each row was asked for, and that of the hash. */
import type { Air, AirSet } from '../../air/air.ts'
import { RvrError } from '../../errors.ts'
import { matrixOf, type Matrix } from '../matrix.ts'
import type { Said } from '../messages.ts'
import { fixedTable } from './fixed-columns.ts'
import { HASH_LENGTH, type RowHasher } from './hash.ts'

/** The row of a message, and which of the table's counts counts it. */
type Place = (fields: readonly number[], height: number) => { readonly row: number; readonly count: number }

/** By bus. */
const places: Readonly<Record<string, Place>> = {
  range: ([value, bits]) => ({ row: 2 ** bits! + value! - 1, count: 0 }),
  bytes: ([x, y, , op]) => ({ row: 256 * x! + y!, count: op! }),
  pair: ([x, y], height) => ({ row: (height / 256) * x! + y!, count: 0 }),
}

/** Counts what the rows of a segment look up. */
export class Lookups {
  readonly #fixed = new Map<string, { readonly air: Air; readonly place: Place; readonly cells: Uint32Array }>()
  readonly #hashes = new Map<string, { readonly input: readonly number[]; count: number }>()

  constructor({ airs, buses }: AirSet) {
    for (const air of airs) {
      const provided = air.interactions.find(
        ({ weight, bus }) => weight === 0 && places[buses[bus]!.name] !== undefined,
      )
      if (provided === undefined) continue
      const { name } = buses[provided.bus]!
      this.#fixed.set(name, { air, place: places[name]!, cells: fixedTable(air).cells.slice() })
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

  #inTable(
    { air, place, cells }: { readonly air: Air; readonly place: Place; readonly cells: Uint32Array },
    fields: readonly number[],
    times: number,
  ): void {
    const { height, counts } = fixedTable(air)
    const { row, count } = place(fields, height)
    const column = counts[count]
    if (row < height && column !== undefined) {
      const at = row * air.columns.length + column
      cells[at] = cells[at]! + times
      return
    }
    throw new RvrError('INTERNAL', `${air.name} is asked for ${fields.join(', ')}, which it does not have`)
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
