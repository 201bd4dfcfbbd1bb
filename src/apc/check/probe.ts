/** A row of a system of which single cells are changed: what they break, and what other effect they have. */
import { subtract } from '../../air/field.ts'
import { RowEvaluator, type Rows } from '../../air/evaluate.ts'
import { columnsOf } from '../../air/columns.ts'
import type { System } from '../../air/system.ts'
import { Effect, keyOf } from './effect.ts'
import { rootsOf } from './roots.ts'
import { judged, type Row } from './verdict.ts'

/** A constraint or a message, and the columns that it is over. */
interface Item {
  readonly evaluator: RowEvaluator
  readonly columns: readonly number[]
}

/** What a message adds to the effect. */
interface Sent {
  readonly key: string
  readonly count: number
}

/** Only items of cells that are set are looked at again, so a change costs little, however large the system is. */
export class Probe {
  readonly #system: System
  readonly #constraints: readonly Item[]
  readonly #messages: readonly Item[]
  readonly #constraintsOf = new Map<number, number[]>()
  readonly #messagesOf = new Map<number, number[]>()
  #row: Row = new Float64Array()
  #rows: Rows
  readonly #broken = new Set<number>()
  readonly #outside = new Set<number>()
  readonly #sent: (Sent | undefined)[] = []
  /** How much more often messages are sent than by the row that it began with. */
  readonly #more = new Effect()

  constructor(system: System) {
    this.#system = system
    this.#constraints = system.constraints.map(of => ({ evaluator: new RowEvaluator([of]), columns: columnsOf(of) }))
    this.#messages = system.messages.map(({ count, fields }) => ({
      evaluator: new RowEvaluator([count, ...fields]),
      columns: [...new Set([count, ...fields].flatMap(columnsOf))],
    }))
    index(this.#constraints, this.#constraintsOf)
    index(this.#messages, this.#messagesOf)
    this.#rows = rowsOf(this.#row)
  }

  /** Begins with a row, which is copied. */
  begin(row: Row): void {
    this.#row = row.slice()
    this.#rows = rowsOf(this.#row)
    for (const at of this.#constraints.keys()) this.#checkConstraint(at)
    for (const at of this.#messages.keys()) this.#checkMessage(at)
    this.#more.clear()
  }

  get row(): Readonly<Row> {
    return this.#row
  }

  /** @returns what the cell was before */
  set(column: number, value: number): number {
    const before = this.#row[column]!
    if (before === value) return before
    this.#row[column] = value
    for (const at of this.#constraintsOf.get(column) ?? []) this.#checkConstraint(at)
    for (const at of this.#messagesOf.get(column) ?? []) this.#checkMessage(at)
    return before
  }

  /** The first constraint that is not 0. */
  get broken(): number | undefined {
    return least(this.#broken)
  }

  /** The first message that is in no table, or that no memory can have sent. */
  get outside(): number | undefined {
    return least(this.#outside)
  }

  get isAccepted(): boolean {
    return this.#broken.size === 0 && this.#outside.size === 0
  }

  /** Messages with an effect that are sent more or less often than at the beginning; in an order of their own. */
  get difference(): string {
    return this.#more.text()
  }

  /** Those come first that few other constraints have, because to change them breaks less. */
  columnsOf(constraint: number): readonly number[] {
    const uses = (column: number): number => this.#constraintsOf.get(column)!.length
    return this.#constraints[constraint]!.columns.toSorted((a, b) => uses(a) - uses(b))
  }

  /** Values of a cell that satisfy a constraint. */
  rootsOf(constraint: number, column: number): readonly number[] {
    const { evaluator } = this.#constraints[constraint]!
    const before = this.#row[column]!
    const roots = rootsOf(x => {
      this.#row[column] = x
      evaluator.at(this.#rows, 0)
      return evaluator.value(0)
    })
    this.#row[column] = before
    return roots
  }

  #checkConstraint(at: number): void {
    const { evaluator } = this.#constraints[at]!
    evaluator.at(this.#rows, 0)
    if (evaluator.value(0) === 0) this.#broken.delete(at)
    else this.#broken.add(at)
  }

  #checkMessage(at: number): void {
    const { bus, fields } = this.#system.messages[at]!
    const { evaluator } = this.#messages[at]!
    evaluator.at(this.#rows, 0)
    const count = evaluator.value(0)
    const values = fields.map((_, field) => evaluator.value(1 + field))
    const { isOutside, hasEffect } = judged(this.#system.buses[bus]!, count, values)
    if (isOutside) this.#outside.add(at)
    else this.#outside.delete(at)
    const [before, now] = [
      this.#sent[at],
      hasEffect ? { key: keyOf(this.#system.buses[bus]!, values), count } : undefined,
    ]
    this.#sent[at] = now
    if (before !== undefined) this.#more.add(before.key, subtract(0, before.count))
    if (now !== undefined) this.#more.add(now.key, now.count)
  }
}

const rowsOf = (cells: Row): Rows => ({ cells, width: cells.length, height: 1, publics: [] })

function index(items: readonly Item[], of: Map<number, number[]>): void {
  for (const [at, { columns }] of items.entries()) {
    for (const column of columns) {
      const known = of.get(column)
      if (known === undefined) of.set(column, [at])
      else known.push(at)
    }
  }
}

function least(of: ReadonlySet<number>): number | undefined {
  let found: number | undefined
  for (const each of of) if (found === undefined || each < found) found = each
  return found
}
