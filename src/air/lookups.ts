/** The tables that have all their messages before anybody asks, and which row and column counts a message. */
import type { AirSet } from './air.ts'
import type { Word } from './word.ts'

/** Messages of a table: each row has one. */
export interface Answer {
  /** Fields that are the same in all of them. */
  readonly constants: readonly { readonly field: number; readonly value: number }[]
  /** The row of a message, over its fields as inputs. */
  readonly row: Word
  /** Index of the column that counts how often it was asked for. */
  readonly column: number
}

export interface LookupTable {
  /** Index in the machine's AIRs. */
  readonly air: number
  /** Index in the machine's buses. */
  readonly bus: number
  readonly height: number
  /** A message is counted by the first whose constants it has. */
  readonly answers: readonly Answer[]
}

/** In the order of the AIRs; at most one for each bus, which is the first. */
export function lookupTables({ airs }: AirSet): readonly LookupTable[] {
  const tables = new Map<number, LookupTable>()
  for (const [index, { interactions, height }] of airs.entries()) {
    const provided = interactions.filter(({ row }) => row !== undefined)
    const [first] = provided
    if (first === undefined || typeof height !== 'number' || tables.has(first.bus)) continue
    const answers = provided
      .filter(({ bus }) => bus === first.bus)
      .map(({ fields, row, count }) => ({
        constants: fields.flatMap((of, field) => (of.op === 'constant' ? [{ field, value: of.value }] : [])),
        row: row!,
        column: count.op === 'column' ? count.index : -1,
      }))
    tables.set(first.bus, { air: index, bus: first.bus, height, answers })
  }
  return [...tables.values()]
}

/** A histogram of all tables, one after another, a count for each row and answer: where that of each bus begins. */
export function histogramLayout(tables: readonly LookupTable[]): {
  readonly offsets: ReadonlyMap<number, number>
  readonly length: number
} {
  const offsets = new Map<number, number>()
  let length = 0
  for (const { bus, height, answers } of tables) {
    offsets.set(bus, length)
    length += height * answers.length
  }
  return { offsets, length }
}
