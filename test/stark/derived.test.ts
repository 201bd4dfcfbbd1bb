/** Derived columns: messages are of a degree that sums have room for, and say what they said. */
import { expect, test } from 'vitest'
import { degrees, substituted, type Expression } from '../../src/air/expression.ts'
import { flattened } from '../../src/air/flat.ts'
import { airsJson } from '../../src/air/airs-json.ts'
import { provable } from '../../src/stark/derived.ts'
import { flatSystem } from '../../src/stark/flat-system.ts'
import { shippedOnce } from '../../src/trace/airs.ts'

test.each([32, 64] as const)('a key can be made from all AIRs of RV%i', xlen => {
  const set = shippedOnce(xlen)
  const degreeOf = degrees()
  let columns = 0
  const airs = set.airs.map(given => {
    const { air, derived } = provable(given)
    columns += derived.length
    const width = given.columns.length
    expect(air.columns.length).toBe(width + derived.length)
    expect(derived.every(of => degreeOf(of) === 3)).toBe(true)
    const back = (of: Expression): Expression =>
      substituted(of, leaf => (leaf.op === 'column' && leaf.index >= width ? derived[leaf.index - width]! : leaf))
    for (const [index, { fields }] of air.interactions.entries()) {
      expect(fields.every(of => degreeOf(of) <= 2)).toBe(true)
      const wanted = given.interactions[index]!.fields
      const { roots } = flattened([...wanted, ...fields.map(back)])
      expect(roots.slice(wanted.length)).toEqual(roots.slice(0, wanted.length))
    }
    return air
  })
  expect(columns).toBe(xlen === 64 ? 69 : 0)
  const { airs: flat, trees } = flatSystem(airsJson(set, airs))
  expect(flat.map(({ name }) => name)).toEqual(set.airs.map(({ name }) => name))
  expect(trees).toBe(2)
})
