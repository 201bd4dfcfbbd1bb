/** A machine's AIRs as proofs have them: with derived columns, flattened, and what fills each table. */
import { airsJson, type RunStart } from '../air/airs-json.ts'
import type { AirSet } from '../air/air.ts'
import { provable } from '../stark/derived.ts'
import { flatSystem, type FlatSystem } from '../stark/flat-system.ts'
import type { FlatAir } from '../stark/flat-air.ts'

/** A column that the prover fills itself. */
export interface Derived {
  /** Among the main columns. */
  readonly column: number
  /** The node of the AIR whose value it is, row by row. */
  readonly node: number
}

/** How the table of an AIR becomes columns of a proof. */
export interface TableColumns {
  /** Columns of the trace that are main columns, in their order; derived ones come behind them. */
  readonly main: Uint32Array
  /** The same of fixed columns. */
  readonly fixed: Uint32Array
  readonly derived: readonly Derived[]
}

export interface MachineSystem {
  readonly set: AirSet
  /** AIRs in the order of the set; no starts, which are those of a guest. */
  readonly flat: FlatSystem
  /** By AIR. */
  readonly columns: readonly TableColumns[]
}

const known = new WeakMap<AirSet, MachineSystem>()

/**
 * It is made once for each set.
 *
 * @throws RvrError `MACHINE_INVALID`: no key can be made from the AIRs
 */
export function machineSystem(set: AirSet): MachineSystem {
  const before = known.get(set)
  if (before !== undefined) return before
  const airs = set.airs.map(provable)
  const flat = flatSystem(
    airsJson(
      set,
      airs.map(({ air }) => air),
    ),
  )
  const columns = set.airs.map((air, index): TableColumns => {
    const isFixed = new Set(air.fixed)
    const all = air.columns.map((_, column) => column)
    const main = all.filter(column => !isFixed.has(column))
    const derived = derivedOf(flat.airs[index]!, air.constraints.length, main.length)
    return { main: Uint32Array.from(main), fixed: Uint32Array.from(air.fixed ?? []), derived }
  })
  const system = { set, flat, columns }
  known.set(set, system)
  return system
}

/** Behind the AIR's own constraints stand those that say what derived columns are: column − node. */
function derivedOf({ nodes, constraints }: FlatAir, own: number, width: number): readonly Derived[] {
  return constraints.slice(own).map((constraint, index) => ({ column: width + index, node: nodes[constraint]!.b }))
}

/** With the start of a guest's runs. */
export function startedSystem({ set, flat }: MachineSystem, start: RunStart): FlatSystem {
  const { starts = [] } = airsJson(set, [], start)
  return { ...flat, starts }
}
