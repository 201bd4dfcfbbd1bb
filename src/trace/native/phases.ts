/** How long the parts of filling a segment take. */

/** In milliseconds. */
export interface FillPhases {
  /** Replaying what was recorded, to cut it into fragments. */
  readonly cutMs: number
  /** Rows of instructions. */
  readonly rowsMs: number
  /** Joining fragments. */
  readonly stitchMs: number
  /** Tables of memory and hashes. */
  readonly memoryMs: number
  /** The program and what is looked up. */
  readonly lookupsMs: number
}

/** Takes the time of one phase after another. */
export class PhaseWatch {
  readonly ms: Partial<Record<keyof FillPhases, number>> = {}
  #from = performance.now()

  ended(phase: keyof FillPhases): void {
    const now = performance.now()
    this.ms[phase] = now - this.#from
    this.#from = now
  }
}
