/** Memory that native code has taken: it goes back when it is disposed of and not in use, or when it is forgotten. */
import { RvrError } from '../errors.ts'

interface Block {
  readonly address: bigint
  readonly free: (address: bigint) => void
}

const forgotten = new FinalizationRegistry<Block>(({ address, free }) => free(address))

export class Owned {
  readonly #name: string
  readonly #block: Block
  #uses = 0
  #isDisposed = false

  /** @param name for errors: `the memory tree` */
  constructor(name: string, address: bigint, free: (address: bigint) => void) {
    this.#name = name
    this.#block = { address, free }
    forgotten.register(this, this.#block, this)
  }

  /**
   * Lets `body` use the memory, which stays until it is done.
   *
   * @throws RvrError `DISPOSED`
   */
  async use<Result>(body: (address: bigint) => Promise<Result>): Promise<Result> {
    if (this.#isDisposed) throw new RvrError('DISPOSED', `${this.#name} has been disposed`)
    this.#uses++
    try {
      return await body(this.#block.address)
    } finally {
      this.#uses--
      this.#freeUnused()
    }
  }

  dispose(): void {
    if (this.#isDisposed) return
    this.#isDisposed = true
    this.#freeUnused()
  }

  #freeUnused(): void {
    if (!this.#isDisposed || this.#uses > 0) return
    forgotten.unregister(this)
    this.#block.free(this.#block.address)
  }
}
