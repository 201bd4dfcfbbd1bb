/** What a report of shards shows. */
import type { GuestShards } from '../../shards/guest-shards.ts'
import type { ReportedGuest } from '../compile/artifact.ts'
import type { ReportedRun } from '../run/json.ts'

/** A run and its shards. */
export interface ShardedRun {
  readonly guest: ReportedGuest
  readonly run: ReportedRun
  readonly shards: GuestShards
}

export interface ShardsView {
  /** Rows of lists at most. */
  readonly top: number
}

/** Cells of all shards for memory and for words. */
export const cellsOf = ({ totals: { memoryCells, wordCells } }: GuestShards): number => memoryCells + wordCells
