/** What `rvr inspect --airs` says, frozen for a few AIRs. Run with UPDATE_GOLDEN=1 to accept a change. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { AirsJson, JsonExpression } from '../../src/air/airs-json.ts'
import type { Air } from '../../src/air/air.ts'
import { P, add, multiply, subtract } from '../../src/air/field.ts'
import { evaluated, flattened } from '../../src/air/flat.ts'
import { shippedAirs } from '../../src/air/load.ts'
import { inspectAirs } from '../../src/report/airs.ts'

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
  if (typeof written === 'number') return written
  const [op, a, b] = written
  const operand = (of: typeof a): number => valueOf(of as JsonExpression, defs, at)
  switch (op) {
    case 'm':
      return (b === 1 ? at.next : at.row)[a as number]!
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
  readonly row: readonly number[]
  readonly next: readonly number[]
  readonly publics: readonly number[]
}

function randomPoint({ columns, publics }: Air, seed: number): Point {
  let state = seed
  const element = (): number => (state = multiply(state, 1_103_515_245) + 12_345) % P
  return { row: columns.map(element), next: columns.map(element), publics: publics.map(element) }
}

test.each([32, 64] as const)('RV%i: airs.json has the polynomials of the declarations', xlen => {
  const { airs } = inspectAirs(shippedAirs(xlen), undefined).json as AirsJson
  for (const [index, air] of shippedAirs(xlen).airs.entries()) {
    const point = randomPoint(air, index + 1)
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
