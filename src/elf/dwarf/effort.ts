/** How much is read of debug information altogether, so that damaged one takes neither for ever nor all memory. */

/**
 * Sections refer to each other: many units may name one list, and entries one text. Honest ones are read once or twice,
 * damaged or hostile ones would be read as often as there are references. So all that is read is counted, in bytes of
 * the sections or of what is kept for them, whatever is more, and there is a limit: what is read behind it is missing.
 */
export class Effort {
  #left: number

  /** For sections of so many bytes. */
  constructor(bytes: number) {
    this.#left = 2 ** 24 + 8 * bytes
  }

  spend(count: number): void {
    this.#left -= count
  }

  /** Is nothing more to be read? */
  get isSpent(): boolean {
    return this.#left <= 0
  }
}
