/** Where basic blocks start and end, as the C of a mode has it. */
import type { Graph } from '../program/program.ts'
import { bitmapText } from './bitmap.ts'

function* boundaries({ blocks }: Graph): Generator<number> {
  for (const { first, behind } of blocks) {
    yield first
    yield behind
  }
}

/** One bit for each slot and one behind them, as the elements of a C array. */
export const blockBoundaries = (graph: Graph): string => bitmapText(graph.program.instrs.length + 1, boundaries(graph))
