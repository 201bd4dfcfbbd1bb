/** What of a segment's tables the prover reads. */
import { expect, test } from 'vitest'
import { machineSystem } from '../../src/proofs/machine-system.ts'
import { segmentInputs } from '../../src/proofs/segment-tables.ts'
import { shippedOnce } from '../../src/trace/airs.ts'
import type { Matrix } from '../../src/trace/matrix.ts'

test('tables lie where they are, in the order of the AIRs, and AIRs without values have zeros', () => {
  const set = shippedOnce(64)
  const system = machineSystem(set)
  const tables = set.airs.slice(0, 3).map((air, index): Matrix => {
    const height = 2 ** (index + 1)
    return { air, height, rows: height, cells: new Uint32Array(height * air.columns.length) }
  })
  const publics = new Map(set.airs.map(air => [air, air.publics.map((_, index) => index + 1)]))
  const inputs = segmentInputs(system, { set, instretStart: 0, instructions: 0, tables, publics })
  expect(inputs.tables.map(({ air, logHeight }) => [air, logHeight])).toEqual([
    [0, 1],
    [1, 2],
    [2, 3],
  ])
  for (const { air, cells, stride, columns, derived } of inputs.tables) {
    expect(cells).toBe(tables[air]!.cells)
    expect(stride).toBe(set.airs[air]!.columns.length)
    expect({ columns, derived }).toEqual({ columns: system.columns[air]!.main, derived: system.columns[air]!.derived })
  }
  const values = set.airs.flatMap(air => air.publics.map((_, index) => index + 1))
  expect([...inputs.publics]).toEqual(values)
  const none = segmentInputs(system, { set, instretStart: 0, instructions: 0, tables: [], publics: new Map() })
  expect([...none.publics]).toEqual(values.map(() => 0))
})
