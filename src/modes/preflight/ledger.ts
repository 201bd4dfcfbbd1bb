/** A run in mode `preflight`: where it stands, and the pieces of its last job. */
import type { JobEnding, JobOptions, Ledger, RestoredRun } from '../ledger.ts'
import type { PreflightOrder, PreflightReport } from './collector.ts'
import { MOST_TAPE_BYTES } from './limits.ts'
import type { PreflightResult } from './piece.ts'

export class PreflightLedger implements Ledger {
  #instret = 0
  #pieces: PreflightReport = []

  attach(): void {}

  begin(): void {}

  order({ maxTapeBytes = MOST_TAPE_BYTES }: JobOptions): PreflightOrder {
    return { instret: this.#instret, maxTapeBytes }
  }

  absorb(collected: unknown, { instructions }: JobEnding): void {
    this.#pieces = collected as PreflightReport
    this.#instret = Number(instructions)
  }

  result(): PreflightResult {
    return { preflight: { pieces: this.#pieces } }
  }

  /** What goes on records anew. */
  async save(): Promise<unknown> {
    return undefined
  }

  async restore(saved: unknown, { instructions }: RestoredRun): Promise<void> {
    if (saved !== undefined) throw new Error('it has a tape')
    this.#instret = Number(instructions)
  }
}
