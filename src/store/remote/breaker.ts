/** Leaves a server alone that keeps failing: one breaker for each address, for the life of the process. */

/** Failures in a row that open a breaker. */
const LIMIT = 3

export type Direction = 'read' | 'write'

export class Breaker {
  readonly #failures: Record<Direction, number> = { read: 0, write: 0 }
  readonly #warned = new Set<string>()

  /** A server that cannot be read from is not written to either; the reverse does not hold. */
  isOpen(direction: Direction): boolean {
    return this.#failures.read >= LIMIT || this.#failures[direction] >= LIMIT
  }

  succeeded(direction: Direction): void {
    if (!this.isOpen(direction)) this.#failures[direction] = 0
  }

  failed(direction: Direction): void {
    this.#failures[direction]++
  }

  /** The server has said that it will not. */
  open(direction: Direction): void {
    this.#failures[direction] = LIMIT
  }

  /** True once for each topic. */
  mayWarn(topic: string): boolean {
    const isFirst = !this.#warned.has(topic)
    this.#warned.add(topic)
    return isFirst
  }
}

const breakers = new Map<string, Breaker>()

export function breakerOf(url: string): Breaker {
  const breaker = breakers.get(url) ?? new Breaker()
  breakers.set(url, breaker)
  return breaker
}
