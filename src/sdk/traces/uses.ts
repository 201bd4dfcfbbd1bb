/** Calls that still use something, and what waits for their end. */
export class Uses {
  readonly #going = new Set<Promise<unknown>>()

  run<Result>(work: () => Promise<Result>): Promise<Result> {
    const going = work()
    this.#going.add(going)
    const gone = (): void => void this.#going.delete(going)
    going.then(gone, gone)
    return going
  }

  /** Resolves when none is going on any more. */
  async settled(): Promise<void> {
    while (this.#going.size > 0) await Promise.allSettled(this.#going)
  }

  /** Does something as soon as none is going on: at once, where that is so. */
  afterwards(work: () => void): void {
    if (this.#going.size === 0) work()
    else void this.settled().then(work)
  }
}
