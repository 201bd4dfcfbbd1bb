/** What autoprecompiles save in a run: rows and trace cells less than without them. */
import type { BlockRow, BlockRows } from '../machine/block-rows.ts'

export interface SavedByBlocks {
  /** Rows of autoprecompiles, each of an execution of a whole block. */
  readonly executions: number
  /** Rows of instructions that are not there, less these. */
  readonly rows: number
  /** The same in trace cells; below 0 where the autoprecompiles are too wide. */
  readonly cells: number
}

/** @param heights rows by chip, of one segment each */
export function savedByBlocks(blocks: BlockRows, heights: readonly (readonly number[])[]): SavedByBlocks {
  let [executions, rows, cells] = [0, 0, 0]
  for (const block of new Set<BlockRow>(blocks.values())) {
    const times = heights.reduce((sum, each) => sum + each[block.chip]!, 0)
    executions += times
    rows += times * (block.replaced.reduce((sum, each) => sum + each.rows, 0) - 1)
    cells -= times * block.cells
  }
  return { executions, rows, cells }
}
