/** Where shards of a run end, and what they are reported with. */

/**
 * Where shards end: after so many instructions since the guest's start, ascending, the last one being the run's own
 * end; every so many instructions; before they cost more trace cells than this; or as many shards of about equal cost.
 */
export type ShardPlan =
  | readonly number[]
  | { readonly everyInstructions: number }
  | { readonly everyCells: number }
  | { readonly count: number }

export interface ShardsOptions {
  /** Trace cells that the machine pays for each external write and each external read; default 0. */
  readonly wordCost?: number
  readonly signal?: AbortSignal
}
