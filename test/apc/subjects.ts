/** Blocks that optimised systems are checked on: published ones, with the machines that these are of. */
import type { BlockMachine } from '../../src/apc/block.ts'
import { SystemChecker, isAccepted, type Row } from '../../src/apc/check/verdict.ts'
import { blockRow } from '../../src/apc/check/witness.ts'
import type { Block, System } from '../../src/air/system.ts'
import type { Instr } from '../../src/isa/row.ts'
import { assembled, execution } from './executions.ts'
import { publishedBlocks, publishedMachine } from './given.ts'
import { blocksOfSnapshot, snapshotMachine, snapshots } from './snapshots.ts'

export interface Subject {
  readonly name: string
  /** Columns before it is optimised. */
  readonly columns: number
  readonly instrs: readonly Instr[]
  readonly machine: BlockMachine
  readonly blocks: readonly Block[]
}

/** From the smallest to the largest one. */
export const subjects: readonly Subject[] = [
  ...snapshots.map(snapshot => {
    const { name, before, instrs } = snapshot
    return { name, columns: before.columns, instrs, machine: snapshotMachine, blocks: blocksOfSnapshot(snapshot) }
  }),
  ...publishedBlocks.map(({ name, before, start_pc: start, instructions, text }) => {
    const instrs = assembled(32, start, text)
    return { name, columns: before.columns, instrs, machine: publishedMachine, blocks: [{ start, instructions }] }
  }),
].toSorted((a, b) => a.columns - b.columns)

/** Of so many executions one at least is as the block has it. */
const PATIENCE = 3000

/** Rows of random executions that go through the block; none where that hardly ever happens. */
export function* honestRows(instrs: readonly Instr[], system: System, width: number): Generator<Row, void> {
  const checker = new SystemChecker(system)
  for (let [seed, last] = [1, 0]; seed - last < PATIENCE; seed++) {
    const { rows, isStraight } = execution(32, instrs, seed)
    const row = blockRow(rows, width)
    if (!isStraight || !isAccepted(checker.verdict(row))) continue
    last = seed
    yield row
  }
}
