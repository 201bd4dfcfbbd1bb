/** Messages that a row sends to others, less those that it receives. */
import { add } from '../../air/field.ts'
import type { SystemBus } from '../../air/system-buses.ts'

/** Messages are the same if their keys are. */
export const keyOf = ({ id }: SystemBus, fields: readonly number[]): string => `${id}:${fields.join()}`

export class Effect {
  readonly #left = new Map<string, number>()

  /** @param message its key */
  add(message: string, count: number): void {
    const sum = add(this.#left.get(message) ?? 0, count)
    if (sum === 0) this.#left.delete(message)
    else this.#left.set(message, sum)
  }

  clear(): void {
    this.#left.clear()
  }

  /** Those that do not cancel, in an order of their own. */
  text(): string {
    return [...this.#left]
      .map(([message, count]) => `${message} ${count}`)
      .toSorted()
      .join('\n')
  }
}
