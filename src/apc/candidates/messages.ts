/** What the threads that build candidates and the thread that asks for them tell each other. */
import type { RvrErrorCode } from '../../errors.ts'
import type { BlockMachine } from '../block.ts'
import type { DegreeBounds } from '../optimise/passes/inline.ts'
import type { Block, Size } from '../../air/system.ts'

/** What a thread is started with. */
export interface BuilderStart {
  readonly machine: BlockMachine
  readonly degrees: DegreeBounds
}

export interface BuildJob {
  readonly id: number
  readonly blocks: readonly Block[]
}

/** A candidate as it crosses threads and is stored. */
export interface BuiltText {
  readonly before: Size
  readonly after: Size
  /** The optimised system (`written-system.ts`) as JSON. */
  readonly system: string
}

/** Why a candidate could not be built: a fault of the optimiser, or blocks that cannot be executed so. */
export interface BuildFailure {
  readonly code: RvrErrorCode
  readonly message: string
}

export type BuildOutcome = BuiltText | BuildFailure

export interface BuildDone {
  readonly id: number
  readonly outcome: BuildOutcome
}
