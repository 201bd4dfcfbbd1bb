/** Where the tables that have all their messages count each: positions in a table's histogram. */
import type { AirSet } from '../../air/air.ts'
import { lookupTables, type LookupTable } from '../../air/lookups.ts'
import { RvrError } from '../../errors.ts'
import { ofNumbers } from './small-words.ts'

/** Which of a table's counts, row by row, counts a message; undefined where it has none. */
export type PlaceOf = (fields: ArrayLike<number>) => number | undefined

function placeIn({ height, answers }: LookupTable): PlaceOf {
  const rules = answers.map(({ constants, row }) => {
    const rowOf = ofNumbers(row, () => true)
    if (rowOf === undefined) throw new RvrError('MACHINE_INVALID', "a rule for a message's row is not of numbers alone")
    return { constants, rowOf }
  })
  return fields => {
    const answer = rules.findIndex(({ constants }) => constants.every(({ field, value }) => fields[field] === value))
    if (answer === -1) return undefined
    const row = rules[answer]!.rowOf(fields)
    return row < height ? row * rules.length + answer : undefined
  }
}

/** By the bus that messages are looked up on. */
export function placesOf(set: AirSet): ReadonlyMap<number, { readonly table: LookupTable; readonly place: PlaceOf }> {
  return new Map(lookupTables(set).map(table => [table.bus, { table, place: placeIn(table) }]))
}
