/** Makes a candidate of blocks: the system of their instructions, and what the optimiser leaves of it. */
import { sizeOfBlocks, type BlockMachine } from '../block.ts'
import { guarded } from '../guard.ts'
import type { DegreeBounds } from '../optimise/passes/inline.ts'
import { optimiseBlocks } from '../optimise/optimise.ts'
import { sizeOf, type Block, type Size, type System } from '../../air/system.ts'

export interface Built {
  readonly before: Size
  readonly after: Size
  /** What is left, with guards. */
  readonly system: System
}

/** @throws RvrError `INPUT_INVALID` where the blocks cannot be executed so */
export function buildCandidate(machine: BlockMachine, blocks: readonly Block[], degrees: DegreeBounds): Built {
  const system = guarded(optimiseBlocks(machine, blocks, { degrees }).system, degrees)
  return { before: sizeOfBlocks(machine, blocks), after: sizeOf(system), system }
}
