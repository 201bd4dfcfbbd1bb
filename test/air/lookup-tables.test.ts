/** Tables that answer lookups: their rows are filled and accepted, and hold what their buses say. */
import { expect, test } from 'vitest'
import type { Air } from '../../src/air/air.ts'
import { inTable, messagesOf } from '../../src/air/check/messages.ts'
import { brokenConstraints } from '../../src/air/check/rows.ts'
import { fillRow } from '../../src/air/fill.ts'
import { loadAirs, shippedAirs } from '../../src/air/load.ts'
import { resourceText } from '../../src/resources.ts'
import { SegmentMemory } from './memory.ts'

const set = shippedAirs(64)
const none = new SegmentMemory(64)
const airNamed = (name: string): Air => set.airs.find(air => air.name === name)!
const rowOf = (air: Air, row: number, counts: Readonly<Record<string, number>> = {}): number[] =>
  fillRow(air, { row, ...counts }, none)

/** Rows around places where something changes, in runs; a run's last row has its next one behind it. */
function* runsOf(air: Air, places: readonly number[]): Generator<readonly number[][]> {
  for (const place of places)
    yield Array.from({ length: 40 }, (_, k) => place - 20 + k)
      .filter(row => row >= 0 && row < (air.height as number))
      .map(row => rowOf(air, row))
}

test.each([
  ['VariableRangeChecker', [0, 1, 2, 3, 127, 1023, 65_535, 131_071, 200_000, 262_143]],
  ['BitwiseLookup', [0, 255, 256, 511, 32_767, 65_279, 65_535]],
  ['RangeTuple', [0, 4095, 4096, 500_000, 1_044_479, 1_048_575]],
] as const)('%s: rows follow each other, from the first to the last', (name, places) => {
  const air = airNamed(name)
  // In a part of the table nothing follows its last row.
  const inner = air.constraints.filter(({ where }) => where === 'trans' || where === 'every')
  const part: Air = { ...air, constraints: inner.map(constraint => ({ ...constraint, where: 'trans' })) }
  for (const run of runsOf(air, places)) {
    expect([...brokenConstraints(part, run)]).toEqual([])
    // A row that is left out is noticed.
    expect([...brokenConstraints(part, run.toSpliced(5, 1))]).not.toEqual([])
  }
  const [first, last] = [rowOf(air, 0), rowOf(air, (air.height as number) - 1)]
  const ends: Air = {
    ...air,
    constraints: air.constraints.filter(({ where }) => where === 'first' || where === 'last'),
  }
  expect([...brokenConstraints(ends, [first, last])]).toEqual([])
  expect([...brokenConstraints(ends, [last, first])]).not.toEqual([])
  // Behind the last row comes the first.
  const always = air.constraints.filter(({ where }) => where === 'every')
  expect(
    [...brokenConstraints({ ...part, constraints: always }, [last, first])].filter(({ row }) => row === 0),
  ).toEqual([])
})

test('what a table provides is what its bus takes for it', () => {
  for (const [name, rows] of [
    ['VariableRangeChecker', [0, 1, 2, 500, 70_000, 262_142]],
    ['BitwiseLookup', [0, 255, 43_690, 65_535]],
    ['RangeTuple', [0, 4095, 4096, 1_048_575]],
  ] as const)
    for (const row of rows) {
      const filled = rowOf(airNamed(name), row, { count: 2, count_range: 3, count_xor: 4 })
      for (const { bus, fields, count } of messagesOf(airNamed(name), set.buses, [filled]))
        expect([name, row, fields, count !== 0 && inTable(bus, fields)]).toEqual([name, row, fields, true])
    }
})

test('a machine with small tables, in files of its own: the whole table is accepted, each changed cell refused', () => {
  const list = `machine small
bus 7 pair lookup (x, y): x < 4 && y < 8
air Pairs from system/range-tuple(xs = 4, ys = 8)
`
  const small = loadAirs('small', path => (path === 'small' ? list : resourceText(`src/air/shipped/${path}.air`)))
  const [air] = small.airs
  const rows = Array.from({ length: air!.height as number }, (_, row) => rowOf(air!, row))
  expect(rows).toHaveLength(32)
  expect([...brokenConstraints(air!, rows)]).toEqual([])
  for (const index of rows.keys())
    for (const column of [0, 1]) {
      const changed = rows.with(index, rows[index]!.with(column, rows[index]![column]! + 1))
      expect([index, column, ...brokenConstraints(air!, changed)]).not.toEqual([index, column])
    }
  expect([...brokenConstraints(air!, rows.toSpliced(9, 1))]).not.toEqual([])
})

test('Poseidon2: the known answer, and every changed cell but the mark is refused', () => {
  const air = airNamed('Poseidon2Periphery')
  const input = [
    894848333, 1437655012, 1200606629, 1690012884, 71131202, 1749206695, 1717947831, 120589055, 19776022, 42382981,
    1831865506, 724844064, 171220207, 1299207443, 227047920, 1783754913,
  ]
  const output = [516096821, 90309867, 1101817252, 1660784290, 360715097, 1789519026, 1788910906, 563338433]
  const row = fillRow(air, { ...Object.fromEntries(input.map((value, i) => [`x[${i}]`, value])), count: 3 }, none)
  expect([...messagesOf(air, set.buses, [row])].map(({ fields }) => fields)).toEqual([[...input, ...output]])
  expect([...brokenConstraints(air, [row])]).toEqual([])
  const unnoticed = air.columns.filter(
    (_, column) => [...brokenConstraints(air, [row.with(column, (row[column]! + 1) % 2013265921)])].length === 0,
  )
  expect(unnoticed).toEqual(['mark', 'count'])
})
