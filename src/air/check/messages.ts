/** What rows say on the buses, and whether lookups lie in their tables. */
import type { Air, Bus, Interaction } from '../air.ts'
import { P, add, subtract } from '../field.ts'
import { evaluated } from '../flat.ts'
import { wordEvaluator } from '../word.ts'
import { flatOf } from './flat-of.ts'

export interface Message {
  readonly bus: Bus
  /** Which of the AIR's interactions said it. */
  readonly interaction: Interaction
  /** Index of the row that said it. */
  readonly row: number
  /** Canonical; what is received counts as −1. */
  readonly count: number
  readonly fields: readonly number[]
}

/** All messages of the rows, in order, those that are switched off too. */
export function* messagesOf(
  air: Air,
  buses: readonly Bus[],
  rows: readonly (readonly number[])[],
  publics: readonly number[] = [],
): Generator<Message> {
  const { messages: flat } = flatOf(air)
  for (const [row, content] of rows.entries()) {
    const values = evaluated(flat, { row: content, next: rows[(row + 1) % rows.length]!, publics })
    let root = 0
    const nextValue = (): number => values[flat.roots[root++]!]!
    for (const interaction of air.interactions) {
      const times = nextValue()
      const count = interaction.direction === 'send' ? times : subtract(0, times)
      yield { bus: buses[interaction.bus]!, interaction, row, count, fields: interaction.fields.map(nextValue) }
    }
  }
}

/** Does the bus's own table hold the message? True where the bus has none of its own. */
export function inTable({ table }: Bus, fields: readonly number[]): boolean {
  if (table === undefined) return true
  const none = (): bigint => 0n
  const valueOf = wordEvaluator({ input: index => BigInt(fields[index]!), old: none, last: none, register: none })
  return valueOf(table) !== 0n
}

/** Adds up messages; what does not cancel is left. */
export class Balance {
  readonly #left = new Map<string, { readonly message: Message; count: number }>()

  add(message: Message, times = message.count): void {
    if (times === 0) return
    const key = `${message.bus.id}:${message.fields.join()}`
    const entry = this.#left.get(key)
    if (entry === undefined) this.#left.set(key, { message, count: times })
    else if ((entry.count = add(entry.count, times)) === 0) this.#left.delete(key)
  }

  /** Messages that do not cancel, each with a signed count. */
  left(): readonly { readonly message: Message; readonly count: number }[] {
    return [...this.#left.values()].map(({ message, count }) => ({
      message,
      count: count > P / 2 ? count - P : count,
    }))
  }
}
