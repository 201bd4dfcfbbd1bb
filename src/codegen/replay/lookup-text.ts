/** What rows look up → C that counts it in the histograms of the tables. */
import { placeName } from '../rows/places.ts'
import { polynomialText, type Value } from './polynomials.ts'
import type { PlannedLookup } from './rows.ts'

export interface LookupText {
  readonly offsets: ReadonlyMap<number, number>
  /** A column of the row. */
  readonly column: (index: number) => Value
  readonly prefix: string
  /** `+=`, or `-=` to take back what was counted. */
  readonly operator: '+=' | '-='
  /** What to do where a table does not have a message. */
  readonly otherwise: string
}

/** Statements; `histogram` is the C of them all. */
export function lookupLines(lookups: readonly PlannedLookup[], text: LookupText): string[] {
  const { offsets, column, prefix, operator, otherwise } = text
  const { lines, values } = polynomialText(
    lookups.flatMap(({ count, fields }) => [count, ...fields]),
    prefix,
    column,
  )
  let at = 0
  const counting = lookups.map(({ table, fields }) => {
    const count = values[at++]!
    const given = values.slice(at, (at += fields.length))
    const place = `const uint32_t place = ${placeName(table.bus)}(${given.join(', ')});`
    const isAlways = count === '1'
    const counted = `histogram[${offsets.get(table.bus)} + place] ${operator} ${count};`
    const body = `{ ${place} if (__builtin_expect(place == UINT32_MAX, 0)) ${otherwise} ${counted} }`
    return isAlways ? body : `if (${count} != 0) ${body}`
  })
  return [...lines, ...counting]
}
