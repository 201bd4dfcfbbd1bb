/** A run in mode `preflight`: where it stands, and the pieces of its last job. */
import type { Xlen } from '../../elf/image.ts'
import type { AreaPlace } from '../../layout/area.ts'
import type { Site } from '../collector.ts'
import type { JobEnding, JobOptions, Ledger, LedgerContext, RestoredRun } from '../ledger.ts'
import type { PreflightOrder, PreflightReport } from './collector.ts'
import { MOST_TAPE_BYTES } from './limits.ts'
import type { Piece, PreflightResult } from './piece.ts'
import { wordsAt } from './tape.ts'

export class PreflightLedger implements Ledger {
  readonly #xlen: Xlen
  #area: AreaPlace | undefined
  #instret = 0
  #pieces: readonly Piece[] = []

  constructor({ image: { xlen } }: LedgerContext) {
    this.#xlen = xlen
  }

  attach({ area }: Site): void {
    this.#area = area
  }

  begin(): void {}

  order({ maxTapeBytes = MOST_TAPE_BYTES }: JobOptions): PreflightOrder {
    return { instret: this.#instret, maxTapeBytes }
  }

  absorb(collected: unknown, { instructions }: JobEnding): void {
    this.#pieces = (collected as PreflightReport).map(({ from, length, words, ...piece }) => ({
      ...piece,
      words: words ?? wordsAt(this.#xlen, this.#area!, from, length),
    }))
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
