/** A segment in the form in which native code checks it, and the calls. */
import { randomFillSync } from 'node:crypto'
import type { AirSet } from '../../../air/air.ts'
import { addressOfArray } from '../../../load/native-library.ts'
import type { Matrix } from '../../matrix.ts'
import { perform, type NativeWork } from '../../native/system-library.ts'
import type { SegmentTables } from '../../segment.ts'
import { MOST_FOUND, MOST_PLACES, OF_AIR, OF_FOUND, type CheckLibrary } from './library.ts'

export interface NativeOptions extends NativeWork {
  readonly library: CheckLibrary
}

/** What is found of an AIR's table. */
export interface FoundInTable {
  /** Cells that are no field elements. */
  readonly wrongCells: number
  /** Constraints that are broken, on all rows. */
  readonly broken: number
  /** The first rows with one. */
  readonly rows: readonly number[]
}

export interface NativeVerdict {
  readonly messages: number
  /** Indices of the buses on which something does not cancel. */
  readonly unbalanced: readonly number[]
  /** By AIR. */
  readonly tables: readonly FoundInTable[]
}

/** Where a message is said. */
export interface Place {
  readonly air: number
  readonly row: number
  readonly interaction: number
}

export interface FoundMessage {
  /** Modulo p. */
  readonly left: number
  readonly partyCount: number
  /** The first ones, in the order of tables, rows and interactions. */
  readonly places: readonly Place[]
}

export interface FoundMessages {
  readonly count: number
  /** The first of them. */
  readonly listed: readonly FoundMessage[]
}

interface Placed {
  /** Where offsets count from. */
  readonly base: Uint32Array
  /** Of each table, in cells. */
  readonly offsets: readonly number[]
  /** Cells from the base to the end of the last table. */
  readonly length: number
}

/** Tables where they lie: in one piece of memory, or in several, of which the lowest is the base of all. */
function placed(tables: readonly Matrix[]): Placed {
  const addresses = tables.map(({ cells }) => addressOfArray(cells))
  const lowest = addresses.reduce((a, b) => (b < a ? b : a), addresses[0]!)
  const offsets = addresses.map(address => Number(address - lowest) / Uint32Array.BYTES_PER_ELEMENT)
  const ends = tables.map(({ cells }, at) => offsets[at]! + cells.length)
  return { base: tables[addresses.indexOf(lowest)]!.cells, offsets, length: most(ends) }
}

const most = (numbers: readonly number[]): number => numbers.reduce((a, b) => Math.max(a, b), 0)

/** Random words for the hashes of one check. */
function drawnSeed({ airs }: AirSet): Uint32Array {
  const lengths = airs.flatMap(({ interactions }) => interactions.map(({ fields }) => fields.length))
  const longest = lengths.reduce((a, b) => Math.max(a, b), 0)
  return randomFillSync(new Uint32Array(6 + 3 * (longest + 1)))
}

/** A segment whose tables have their heights. Its tables have to stay as they are while native code looks at them. */
export class NativeJob {
  readonly #set: AirSet
  readonly #options: NativeOptions
  readonly #placed: Placed
  /** Kept as long as native code may look at them. */
  readonly matrices: readonly Matrix[]
  readonly #tables: BigUint64Array
  readonly #publics: Uint32Array
  /** Rows that were looked at. */
  readonly #progress = new BigUint64Array(1)

  constructor({ set, tables, publics }: SegmentTables, options: NativeOptions) {
    this.#set = set
    this.#options = options
    this.matrices = tables
    this.#placed = placed(tables)
    this.#tables = new BigUint64Array(2 * set.airs.length)
    for (const [at, { air, height }] of tables.entries()) {
      const index = set.airs.indexOf(air)
      this.#tables[2 * index] = BigInt(this.#placed.offsets[at]!)
      this.#tables[2 * index + 1] = BigInt(height)
    }
    this.#publics = Uint32Array.from(set.airs.flatMap(air => publics.get(air) ?? air.publics.map(() => 0)))
  }

  /** @throws RvrError `ABORTED`, `INTERNAL` */
  async check(): Promise<NativeVerdict> {
    const { airs, buses } = this.#set
    const result = new BigUint64Array(1 + buses.length + OF_AIR * airs.length)
    await this.#call('rvr_check', [result])
    const numbers = Array.from(result, Number)
    return {
      messages: numbers[0]!,
      unbalanced: [...buses.keys()].filter(bus => numbers[1 + bus] !== 0),
      tables: airs.map((_, index) => {
        const from = 1 + buses.length + OF_AIR * index
        const [wrongCells, broken, listed] = numbers.slice(from, from + 3) as [number, number, number]
        return { wrongCells, broken, rows: numbers.slice(from + 3, from + 3 + listed) }
      }),
    }
  }

  /** The messages that do not cancel on these buses. @throws RvrError `ABORTED`, `INTERNAL` */
  async find(buses: readonly number[]): Promise<FoundMessages> {
    const wanted = Uint32Array.from(this.#set.buses, (_, bus) => Number(buses.includes(bus)))
    const result = new BigUint64Array(2 + OF_FOUND * MOST_FOUND)
    await this.#call('rvr_check_find', [wanted, result])
    const listed = Array.from({ length: Number(result[1]) }, (_, at) => {
      const found = result.subarray(2 + OF_FOUND * at, 2 + OF_FOUND * (at + 1))
      const partyCount = Number(found[1])
      const places = [...found.subarray(2, 2 + Math.min(partyCount, MOST_PLACES))].map(placeOf)
      return { left: Number(found[0]), partyCount, places }
    })
    return { count: Number(result[0]), listed }
  }

  async #call(name: keyof CheckLibrary, results: readonly unknown[]): Promise<void> {
    const { library } = this.#options
    const { base, length } = this.#placed
    const args = [base, length, this.#tables, this.#publics, drawnSeed(this.#set)]
    const rest = [this.#progress, ...results]
    await perform('the check', { function: library[name], args, rest }, this.#options)
  }
}

function placeOf(value: bigint): Place {
  return { air: Number(value >> 40n), row: Number((value >> 16n) & 0xffffffn), interaction: Number(value & 0xffffn) }
}
