/** The rule that finds a message in a table leads to the row that has it: every row of every table, in C too. */
import { describe, expect, test } from 'vitest'
import { loadAirs, shippedAirs } from '../../../src/air/load.ts'
import { lookupTables } from '../../../src/air/lookups.ts'
import { placeName, placesText } from '../../../src/codegen/rows/places.ts'
import { messagesOf } from '../../../src/trace/messages.ts'
import { fixedTable } from '../../../src/trace/system/fixed-columns.ts'
import { placesOf } from '../../../src/trace/system/places.ts'
import { inC } from '../../codegen/rows/in-c.ts'

describe.each([32, 64] as const)('RV%i', xlen => {
  const set = shippedAirs(xlen)
  const tables = lookupTables(set)
  const drivers = tables.map(({ bus }) => {
    const given = set.buses[bus]!.fields.map((_, field) => `in[${field}]`).join(', ')
    return `void all_${bus}(const uint64_t *in, uint32_t fields, uint32_t count, uint32_t *out)
{
  for (uint32_t k = 0; k < count; k++, in += fields) out[k] = ${placeName(bus)}(${given});
}
`
  })
  const library = inC(`#include "words.h"\n${placesText(set)}\n${drivers.join('\n')}`)
  const inCOf = (bus: number, messages: readonly (readonly number[])[]): Uint32Array => {
    const all = library.func(`all_${bus}`, 'void', ['void *', 'uint32_t', 'uint32_t', 'void *'])
    const out = new Uint32Array(messages.length)
    const words = BigUint64Array.from(messages.flat(), BigInt)
    all(words, words.length / messages.length, messages.length, out)
    return out
  }

  test.each(tables.map(table => ({ ...table, name: set.airs[table.air]!.name })))('$name', ({ air: index, bus }) => {
    const air = set.airs[index]!
    const { place, table } = placesOf(set).get(bus)!
    const { height, cells } = fixedTable(air)
    const width = air.columns.length
    const asked = cells.slice()
    for (let row = 0; row < height; row++) for (const { column } of table.answers) asked[row * width + column] = 1
    const messages: (readonly number[])[] = []
    let wrong = 0
    for (const { row, fields } of messagesOf({ air, height, rows: height, cells: asked }, set.buses)) {
      const answer = messages.length % table.answers.length
      if (place(fields) !== row * table.answers.length + answer) wrong++
      messages.push(fields)
    }
    expect(wrong).toBe(0)
    expect(messages).toHaveLength(height * table.answers.length)
    let wrongInC = 0
    for (const [at, found] of inCOf(bus, messages).entries()) if (found !== at) wrongInC++
    expect(wrongInC).toBe(0)
  })

  test('what no table has is found nowhere', () => {
    const strange: Readonly<Record<string, readonly number[]>> = {
      range: [0, 19],
      bytes: [1, 2, 3, 2],
      pair: [256, 0],
    }
    for (const [bus, { place }] of placesOf(set)) {
      const fields = strange[set.buses[bus]!.name]!
      expect(place(fields)).toBeUndefined()
      expect([...inCOf(bus, [fields])]).toEqual([0xffffffff])
    }
  })
})

test('a rule knows the fields of its bus and the parameters of its table, and counts in a column', () => {
  const load = (text: string) =>
    loadAirs('m', path =>
      path === 'm' ? 'machine m\nbus 0 b lookup (v, w)\nair A from a(n = 3)\n' : `parameters n\nheight 8\n${text}`,
    )
  const [table] = lookupTables(load('input row count\ncol v = row\ncol count = count\nprovide b count: v, 4 at v - n'))
  expect(table).toMatchObject({ air: 0, bus: 0, height: 8 })
  expect(table!.answers).toMatchObject([{ constants: [{ field: 1, value: 4 }], column: 1 }])
  expect(() => load('col v = 1\nprovide b v: v, 4 at x')).toThrow('x means nothing here')
  expect(() => load('col v = 1\nprovide b v + 1: v, 4 at v')).toThrow('count them in one column')
  expect(() => load('col v = 1\nsend b v: v, 4 at v')).toThrow('at where the line should end')
})
