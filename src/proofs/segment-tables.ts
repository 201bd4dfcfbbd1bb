/** The tables of a segment as the prover takes them: main columns where they lie, public values of all AIRs. */
import type { MainTable } from '../load/proving/tables.ts'
import type { SegmentTables } from '../trace/segment.ts'
import type { MachineSystem } from './machine-system.ts'

export interface SegmentInputs {
  /** In the order of the AIRs; no cell is copied. */
  readonly tables: readonly MainTable[]
  readonly publics: Uint32Array
}

export function segmentInputs({ set, columns }: MachineSystem, segment: SegmentTables): SegmentInputs {
  const matrices = new Map(segment.tables.map(matrix => [matrix.air.name, matrix]))
  const tables = set.airs.flatMap((air, index): MainTable[] => {
    const matrix = matrices.get(air.name)
    if (matrix === undefined) return []
    const { main, derived } = columns[index]!
    const { cells, height } = matrix
    const stride = air.columns.length
    return [{ air: index, cells, stride, columns: main, derived, logHeight: Math.log2(height) }]
  })
  const values = new Map([...segment.publics].map(([air, words]) => [air.name, words]))
  const publics = set.airs.flatMap(({ name, publics: names }) => values.get(name) ?? names.map(() => 0))
  return { tables, publics: Uint32Array.from(publics) }
}
