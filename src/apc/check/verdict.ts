/** What a checker says of one row of a system. It knows nothing of how the system came about. */
import type { Expression } from '../../air/expression.ts'
import { P } from '../../air/field.ts'
import { wordEvaluator } from '../../air/word.ts'
import { RowEvaluator } from '../../air/evaluate.ts'
import { CHECKED_SPACES, isStateful, type MemoryRole, type SystemBus } from '../../air/system-buses.ts'
import { Effect, keyOf } from './effect.ts'
import type { System } from '../../air/system.ts'

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

/** Rows of tables that are remembered. */
const MOST_KNOWN = 1 << 18
const known = new WeakMap<SystemBus, Map<string, boolean>>()

function isIn(bus: SystemBus, fields: readonly number[]): boolean {
  const { table } = bus
  if (table === undefined) return true
  let rows = known.get(bus)
  if (rows === undefined || rows.size > MOST_KNOWN) known.set(bus, (rows = new Map()))
  const key = fields.join()
  const before = rows.get(key)
  if (before !== undefined) return before
  const valueOf = wordEvaluator({ input: index => BigInt(fields[index]!), old: none, last: none, register: none })
  const found = valueOf(table) !== 0n
  rows.set(key, found)
  return found
}

/** Could the rest of a proof have sent the block? */
function isAdmissible({ address, content, cellBits, zero }: MemoryRole, fields: readonly number[]): boolean {
  if (address.every((field, at) => fields[field] === zero[at]) && content.some(field => fields[field] !== 0))
    return false
  return !CHECKED_SPACES.includes(fields[address[0]!]!) || content.every(field => fields[field]! < 2 ** cellBits)
}

export interface Judged {
  /** It is in no table, or no memory can have sent it. */
  readonly isOutside: boolean
  /** It is part of the effect. */
  readonly hasEffect: boolean
}

/** What becomes of a message that is sent so often. */
export function judged(bus: SystemBus, count: number, fields: readonly number[]): Judged {
  const { role } = bus
  if (count === 0 || role.kind === 'program') return { isOutside: false, hasEffect: false }
  const isForeign = role.kind === 'memory' && count === P - 1 && !isAdmissible(role, fields)
  if (isStateful(bus) || role.kind === 'opaque') return { isOutside: isForeign, hasEffect: true }
  return { isOutside: !isIn(bus, fields), hasEffect: false }
}

/** Room for the ids of all columns. */
export const widthOf = ({ columns }: System): number => columns.reduce((most, { id }) => Math.max(most, id + 1), 0)

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
    this.width = widthOf(system)
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
      const { isOutside, hasEffect } = judged(buses[bus]!, count, values)
      if (isOutside) outside ??= index
      if (hasEffect) effect.add(keyOf(buses[bus]!, values), count)
    }
    return { broken: broken < 0 ? undefined : broken, outside, effect: effect.text() }
  }
}

export const isAccepted = ({ broken, outside }: Verdict): boolean => broken === undefined && outside === undefined
