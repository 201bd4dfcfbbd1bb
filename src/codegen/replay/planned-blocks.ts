/** Where the rows of a block's instructions stand while the block is replayed, and which of their cells stay. */
import type { AirSet, BlockCell, BlockRows } from '../../air/air.ts'
import { RvrError } from '../../errors.ts'
import { hexText } from '../../hex.ts'

/** Rows of one AIR: one behind the other. */
interface RowsOfAir {
  /** Index of the AIR. */
  readonly air: number
  readonly count: number
  /** Number of the first cell among those of the block. */
  readonly cell: number
  /** Number of the first row among those of the block. */
  readonly row: number
}

interface PlacedInstruction {
  /** Index in the block. */
  readonly index: number
  /** Index of its AIR. */
  readonly air: number
}

export interface PlannedBlock {
  /** Index of the block's own AIR. */
  readonly air: number
  readonly block: BlockRows
  readonly rows: readonly RowsOfAir[]
  /** In the order of rows. */
  readonly instructions: readonly PlacedInstruction[]
  /** Cells of all rows. */
  readonly cells: number
  readonly cellOf: (cell: BlockCell) => number
}

/** @throws RvrError `MACHINE_INVALID` where blocks overlap, or have instructions that no AIR has */
export function plannedBlocks(set: AirSet): readonly PlannedBlock[] {
  const blocks = set.airs.flatMap(({ block }, air) => (block === undefined ? [] : [planned(set, air, block)]))
  let end = 0
  for (const { block } of blocks.toSorted((a, b) => a.block.start - b.block.start)) {
    if (block.start < end) throw invalid(block, 'it overlaps another one')
    end = block.start + 4 * block.instructions.length
  }
  return blocks
}

const invalid = ({ start }: BlockRows, what: string): RvrError =>
  new RvrError('MACHINE_INVALID', `the block at ${hexText(start)} cannot be replayed: ${what}`)

function planned(set: AirSet, air: number, block: BlockRows): PlannedBlock {
  const byAir = new Map<number, number[]>()
  for (const [index, [opcode]] of block.instructions.entries()) {
    const own = set.airs.findIndex(({ codings }) => codings.some(coding => coding.opcode === opcode))
    if (own < 0) throw invalid(block, `no AIR has the opcode ${opcode}`)
    const known = byAir.get(own)
    if (known === undefined) byAir.set(own, [index])
    else known.push(index)
  }
  const rows: RowsOfAir[] = []
  const instructions: PlacedInstruction[] = []
  const cells = new Map<number, number>()
  let cell = 0
  for (const [own, indices] of byAir) {
    rows.push({ air: own, count: indices.length, cell, row: instructions.length })
    for (const index of indices) {
      instructions.push({ index, air: own })
      cells.set(index, cell)
      cell += set.airs[own]!.columns.length
    }
  }
  const cellOf = ({ instruction, column }: BlockCell): number => cells.get(instruction)! + column
  return { air, block, rows, instructions, cells: cell, cellOf }
}
