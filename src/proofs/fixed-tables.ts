/** Tables that are the same in every segment, of which a key has commitments: the machine's, and the program. */
import type { AirSet } from '../air/air.ts'
import type { Image } from '../elf/image.ts'
import type { GuestAbi } from '../extensions/abi.ts'
import { decoderFor } from '../extensions/registry.ts'
import { coderOf } from '../trace/coding.ts'
import { fixedTable } from '../trace/system/fixed-columns.ts'
import { programEntries, programMatrix } from '../trace/system/program.ts'
import type { MachineSystem } from './machine-system.ts'

/** Trees of fixed columns. */
export const MACHINE_TREE = 0
export const PROGRAM_TREE = 1

export interface FixedTable {
  /** Index in the machine's AIRs. */
  readonly air: number
  readonly logHeight: number
  /** Row by row: other columns too. */
  readonly cells: Uint32Array
  /** Words from row to row. */
  readonly stride: number
  /** Those of a row that are fixed, in order. */
  readonly columns: Uint32Array
}

function tableOf({ set, columns }: MachineSystem, air: number, cells: Uint32Array): FixedTable {
  const stride = set.airs[air]!.columns.length
  return { air, logHeight: Math.log2(cells.length / stride), cells, stride, columns: columns[air]!.fixed }
}

const inTree = ({ flat }: MachineSystem, tree: number): number[] =>
  flat.airs.flatMap((air, index) => (air.tree === tree ? [index] : []))

/** Tables of lookups: those of all guests of the machine. */
export function machineTables(system: MachineSystem): readonly FixedTable[] {
  const { airs }: AirSet = system.set
  return inTree(system, MACHINE_TREE).map(air => tableOf(system, air, fixedTable(airs[air]!).cells))
}

/** The guest's code. */
export function programTables(
  system: MachineSystem,
  { image, abi }: { readonly image: Image; readonly abi: GuestAbi },
): readonly FixedTable[] {
  const entries = programEntries(image, decoderFor(image.xlen, abi), coderOf(system.set))
  const { airs } = system.set
  return inTree(system, PROGRAM_TREE).map(air =>
    tableOf(system, air, programMatrix(airs[air]!, entries, new Map()).cells),
  )
}
