/** What a checker says of one row of a system. It knows nothing of how the system came about. */
import type { Expression } from '../../air/expression.ts'
import { P, add } from '../../air/field.ts'
import { wordEvaluator } from '../../air/word.ts'
import { RowEvaluator } from '../../air/evaluate.ts'
import { CHECKED_SPACES, isStateful, type MemoryRole, type SystemBus } from '../buses.ts'
import type { System } from '../system.ts'

/** Values of columns by id. */
export type Row = Float64Array

export interface Verdict {
  /** Index of a constraint that is not 0. */
  readonly broken?: number | undefined
  /** Index of a message that is in no table, or that no memory can have sent. */
  readonly outside?: number | undefined
  /** Messages with an effect that do not cancel, with how often they are sent; in an order of their own. */
  readonly effect: string
}

const none = (): bigint => 0n

function isIn({ table }: SystemBus, fields: readonly number[]): boolean {
  if (table === undefined) return true
  const valueOf = wordEvaluator({ input: index => BigInt(fields[index]!), old: none, last: none, register: none })
  return valueOf(table) !== 0n
}

/** Could the rest of a proof have sent the block? */
function isAdmissible({ address, content, cellBits, zero }: MemoryRole, fields: readonly number[]): boolean {
  if (address.every((field, at) => fields[field] === zero[at]) && content.some(field => fields[field] !== 0))
    return false
  return !CHECKED_SPACES.includes(fields[address[0]!]!) || content.every(field => fields[field]! < 2 ** cellBits)
}

/** Checks rows of a system one at a time. */
export class SystemChecker {
  readonly #system: System
  readonly #evaluator: RowEvaluator
  /** Of each message: its count's place among the expressions; fields follow. */
  readonly #places: readonly number[]
  /** Room for the ids of all columns. */
  readonly width: number

  constructor(system: System) {
    const expressions: Expression[] = [...system.constraints]
    const places: number[] = []
    for (const { count, fields } of system.messages) {
      places.push(expressions.push(count) - 1)
      for (const field of fields) expressions.push(field)
    }
    this.#system = system
    this.#places = places
    this.#evaluator = new RowEvaluator(expressions)
    this.width = system.columns.reduce((most, { id }) => Math.max(most, id + 1), 0)
  }

  verdict(row: Row): Verdict {
    const { constraints, messages, buses } = this.#system
    this.#evaluator.at({ cells: row, width: row.length, height: 1, publics: [] }, 0)
    const broken = constraints.findIndex((_, index) => this.#evaluator.value(index) !== 0)
    const effect = new Effect()
    let outside: number | undefined
    for (const [index, { bus, fields }] of messages.entries()) {
      const place = this.#places[index]!
      const count = this.#evaluator.value(place)
      if (count === 0) continue
      const values = fields.map((_, at) => this.#evaluator.value(place + 1 + at))
      const { role } = buses[bus]!
      if (role.kind === 'program') continue
      if (role.kind === 'memory' && count === P - 1 && !isAdmissible(role, values)) outside ??= index
      if (isStateful(buses[bus]!) || role.kind === 'opaque') effect.add(`${buses[bus]!.id}:${values.join()}`, count)
      else if (!isIn(buses[bus]!, values)) outside ??= index
    }
    return { broken: broken < 0 ? undefined : broken, outside, effect: effect.text() }
  }

  /** What a constraint comes to on the row. */
  valueOf(constraint: number, row: Row): number {
    this.#evaluator.at({ cells: row, width: row.length, height: 1, publics: [] }, 0)
    return this.#evaluator.value(constraint)
  }
}

class Effect {
  readonly #left = new Map<string, number>()

  add(message: string, count: number): void {
    const sum = add(this.#left.get(message) ?? 0, count)
    if (sum === 0) this.#left.delete(message)
    else this.#left.set(message, sum)
  }

  text(): string {
    return [...this.#left]
      .map(([message, count]) => `${message} ${count}`)
      .toSorted()
      .join('\n')
  }
}

export const isAccepted = ({ broken, outside }: Verdict): boolean => broken === undefined && outside === undefined
