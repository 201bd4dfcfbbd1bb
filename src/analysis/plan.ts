/** The plan of a region: all that its text depends on, as values. */
import type { Instr } from '../isa/row.ts'
import type { Block, Region } from '../program/program.ts'
import type { BlockChecks } from './block-checks.ts'
import type { Loads } from './loads.ts'
import type { FastLoop, Trips } from './loops/fast-loop.ts'
import type { HoistedCheck } from './loops/strides.ts'

/** Sets of registers are masks: bit r stands for x r. */
export interface BlockPlan {
  readonly block: Block
  readonly instrs: readonly Instr[]
  /** What the block accounts for on each counter. */
  readonly amounts: readonly number[]
  readonly checks: BlockChecks
  /** Cold registers that hold values newer than the state block when the block is entered. */
  readonly dirtyAtEntry: number
  /** Cold registers that are stored where the block last writes them. */
  readonly stored: number
  /** Cold registers that are loaded in the block. */
  readonly loads: Loads | undefined
  /** Does the block start with a stop test? */
  readonly tests: boolean
}

/** The fast copy of an innermost loop, which is entered where one test says that nothing can stop it for a while. */
export interface LoopPlan {
  readonly loop: FastLoop
  readonly blocks: readonly BlockPlan[]
  /** What has to be tested, apart from the budget. */
  readonly tests: readonly HoistedCheck[]
  /** This is the region's only copy: where the test fails, the resume region of the header goes on. */
  readonly alone: boolean
  /**
   * Set where the number of iterations is known in front of the loop and nothing leaves it on the way: the whole chunk
   * is paid for at once.
   */
  readonly counted: Trips | undefined
}

export interface RegionPlan {
  readonly region: Region
  /** Where a block stands in the region, by its number. */
  readonly position: ReadonlyMap<number, number>
  readonly blocks: readonly BlockPlan[]
  /** Blocks of loops that have no other copy than the fast one. */
  readonly replaced: ReadonlySet<number>
  /** Fast copies by their header's block number. */
  readonly loops: ReadonlyMap<number, LoopPlan>
  /** Cold registers that are loaded on entry. */
  readonly loaded: number
  /** Cold registers that are C locals. */
  readonly locals: number
}
