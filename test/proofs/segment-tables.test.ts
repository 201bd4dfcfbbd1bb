/** What of a segment's tables the prover reads. */
import { expect, test } from 'vitest'
import { machineSystem } from '../../src/proofs/machine-system.ts'
import { segmentInputs } from '../../src/proofs/segment-tables.ts'
import { shippedOnce } from '../../src/trace/airs.ts'

test('tables lie where they are, in the order of the AIRs, and AIRs without values have zeros', () => {
  const set = shippedOnce(64)
  const system = machineSystem(set)
  const tables = set.airs.slice(0, 3).map((air, index) => {
    const height = 2 ** (index + 1)
    return { name: air.name, height, cells: new Uint32Array(height * air.columns.length) }
  })
  const named = set.airs.flatMap(air => air.publics.map((name, index) => [name, index + 1] as const))
  const publics = Object.fromEntries(named)
  const inputs = segmentInputs(system, { tables: new Map(tables.map(table => [table.name, table])), publics })
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
  expect([...inputs.publics]).toEqual(named.map(([, value]) => value))
  const none = segmentInputs(system, { tables: new Map(), publics: {} })
  expect([...none.publics]).toEqual(named.map(() => 0))
})
