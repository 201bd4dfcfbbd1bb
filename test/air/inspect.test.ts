/** What `rvr inspect --airs` says, frozen for a few AIRs. Run with UPDATE_GOLDEN=1 to accept a change. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { airsJson, type AirsJson, type JsonAir, type JsonExpression } from '../../src/air/airs-json.ts'
import type { Air } from '../../src/air/air.ts'
import { P, add, multiply, subtract } from '../../src/air/field.ts'
import { evaluated, flattened } from '../../src/air/flat.ts'
import { shippedAirs } from '../../src/air/load.ts'
import { inspectAirs } from '../../src/report/airs.ts'
import { fixedTable, isFixed } from '../../src/trace/system/fixed-columns.ts'
import { givenFile } from './given.ts'

function expectGolden(name: string, text: string): void {
  const file = new URL(`golden/${name}`, import.meta.url)
  if (process.env['UPDATE_GOLDEN']) writeFileSync(file, text)
  expect(text).toBe(existsSync(file) ? readFileSync(file, 'utf8') : '')
}

test.each([
  [64, 'AddSub'],
  [64, 'LoadHalf'],
  [32, 'Shift'],
] as const)('text of RV%i %s', (xlen, name) =>
  expectGolden(`rv${xlen}-${name}.txt`, inspectAirs(shippedAirs(xlen), name).text),
)

test('airs.json of an AIR', () => {
  expectGolden(
    'rv64-VmConnector.json',
    `${JSON.stringify(inspectAirs(shippedAirs(64), 'VmConnector').json, undefined, 2)}\n`,
  )
})

test('an AIR that the machine does not have', () => {
  expect(() => inspectAirs(shippedAirs(32), 'AddSub')).toThrow(
    expect.objectContaining({ code: 'USAGE', message: 'machine rv32im has no AIR "AddSub"' }),
  )
})

/** The value of a polynomial of `airs.json` on rows and public values, where selectors are 1. */
function valueOf(written: JsonExpression, defs: readonly number[], at: Point): number {
  const columnOf = (kind: 'm' | 'p', index: number): number =>
    at.columns.indexOf((kind === 'm' ? at.json.main : at.json.fixed!)[index]!)
  if (typeof written === 'number') return written
  const [op, a, b] = written
  const operand = (of: typeof a): number => valueOf(of as JsonExpression, defs, at)
  switch (op) {
    case 'm':
    case 'p':
      return (b === 1 ? at.next : at.row)[columnOf(op, a as number)]!
    case 'v':
      return at.publics[a as number]!
    case 'd':
      return defs[a as number]!
    case '+':
      return add(operand(a), operand(b))
    case '-':
      return subtract(operand(a), operand(b))
    case '*':
      return multiply(operand(a), operand(b))
    default:
      return 1
  }
}

interface Point {
  readonly json: JsonAir
  readonly columns: readonly string[]
  readonly row: readonly number[]
  readonly next: readonly number[]
  readonly publics: readonly number[]
}

function randomPoint({ columns, publics }: Air, json: JsonAir, seed: number): Point {
  let state = seed
  const element = (): number => (state = multiply(state, 1_103_515_245) + 12_345) % P
  return { json, columns, row: columns.map(element), next: columns.map(element), publics: publics.map(element) }
}

test.each([32, 64] as const)('RV%i: airs.json has the polynomials of the declarations', xlen => {
  const { airs } = inspectAirs(shippedAirs(xlen), undefined).json as AirsJson
  for (const [index, air] of shippedAirs(xlen).airs.entries()) {
    const point = randomPoint(air, airs[index]!, index + 1)
    const wanted = [...air.constraints.map(({ of }) => of), ...air.interactions.flatMap(i => [i.count, ...i.fields])]
    const flat = flattened(wanted)
    const values = evaluated(flat, point)
    const json = airs[index]!
    const defs: number[] = []
    for (const each of json.defs) defs.push(valueOf(each, defs, point))
    const written = [...json.constraints, ...json.interactions.flatMap(({ count, fields }) => [count, ...fields])]
    expect([air.name, ...written.map(each => valueOf(each, defs, point))]).toEqual([
      air.name,
      ...flat.roots.map(root => values[root]),
    ])
  }
})

test.each([32, 64] as const)('RV%i: fixed columns, roles and starts', xlen => {
  const set = shippedAirs(xlen)
  const { airs, roles, starts } = airsJson(set, set.airs, { pc: 0x1000, root: [7, 6, 5, 4, 3, 2, 1, 0] })
  const withFixed = airs.filter(({ fixed }) => fixed !== undefined)
  expect(withFixed.map(({ name, main, tree, required }) => [name, main, tree, required])).toEqual([
    ['Program', ['count'], 1, true],
    ['RangeTuple', ['count'], 0, true],
    ['BitwiseLookup', ['count_range', 'count_xor'], 0, true],
    ['VariableRangeChecker', ['count'], 0, true],
  ])
  // What is declared as fixed is what does not depend on a run.
  for (const air of set.airs.filter(isFixed)) expect([air.name, air.fixed]).toEqual([air.name, fixedTable(air).fixed])
  expect(airs.filter(({ required }) => required).map(({ name }) => name)).toContain('MemoryMerkle')
  expect(roles).toEqual([
    { role: 1, air: 'VmConnector', index: 0 },
    { role: 2, air: 'VmConnector', index: 1 },
    { role: 3, air: 'VmConnector', index: 3 },
    { role: 4, air: 'VmConnector', index: 2 },
    { role: 5, air: 'MemoryMerkle', index: 0, count: 8 },
    { role: 6, air: 'MemoryMerkle', index: 8, count: 8 },
  ])
  expect(starts).toHaveLength(9)
  expect(starts!.slice(0, 2)).toEqual([
    { role: 1, index: 0, value: 0x1000 },
    { role: 5, index: 0, value: 7 },
  ])
})

const schema = JSON.parse(readFileSync(new URL('../../docs/schemas/inspect.json', import.meta.url), 'utf8')) as object
const common = JSON.parse(readFileSync(new URL('../../docs/schemas/common.json', import.meta.url), 'utf8')) as object
const validate = new Ajv2020().addSchema(common, 'common.json').compile(schema)

test.each(['fib', 'lookup', 'five'])('the published system %s has the shape that is documented', name => {
  const file = givenFile(`stark/${name}.airs.json`)
  if (file === undefined) return
  const valid = validate(JSON.parse(readFileSync(file, 'utf8')))
  expect(validate.errors ?? []).toEqual([])
  expect(valid).toBe(true)
})
