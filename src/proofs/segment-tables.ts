/** The tables of a segment as the prover takes them: main columns where they lie, public values of all AIRs. */
import type { MainTable } from '../load/proving/tables.ts'
import type { Matrix } from '../trace/matrix.ts'
import type { MachineSystem } from './machine-system.ts'

export interface FilledSegment {
  /** By the names of their AIRs. */
  readonly tables: ReadonlyMap<string, Pick<Matrix, 'cells' | 'height'>>
  /** By their names; one that is not there is 0. */
  readonly publics: Readonly<Record<string, number>>
}

export interface SegmentInputs {
  /** In the order of the AIRs; no cell is copied. */
  readonly tables: readonly MainTable[]
  readonly publics: Uint32Array
}

export function segmentInputs({ set, columns }: MachineSystem, filled: FilledSegment): SegmentInputs {
  const tables = set.airs.flatMap((air, index): MainTable[] => {
    const matrix = filled.tables.get(air.name)
    if (matrix === undefined) return []
    const { main, derived } = columns[index]!
    const { cells, height } = matrix
    const stride = air.columns.length
    return [{ air: index, cells, stride, columns: main, derived, logHeight: Math.log2(height) }]
  })
  const publics = set.airs.flatMap(({ publics: names }) => names.map(name => filled.publics[name] ?? 0))
  return { tables, publics: Uint32Array.from(publics) }
}
