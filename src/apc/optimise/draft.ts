/** A system while it is optimised: polynomials by column, in which single items are exchanged. */
import { RvrError } from '../../errors.ts'
import type { SystemBus } from '../../air/system-buses.ts'
import type { Column } from '../../air/system.ts'
import { Polynomials, type Polynomial } from './polynomials.ts'

export interface DraftMessage {
  readonly bus: number
  readonly count: Polynomial
  readonly fields: readonly Polynomial[]
}

/** A column that is a quotient, 0 where the denominator is. */
export interface DraftDerived {
  readonly column: number
  readonly numerator: Polynomial
  readonly denominator: Polynomial
}

/** A column that went, as a polynomial over columns that were there then. */
export interface Elimination {
  readonly column: number
  readonly of: Polynomial
  /** Rows of the block may have something else there. */
  readonly isGuess?: boolean | undefined
}

/** Constraints and messages keep their numbers; those that went leave a gap. */
export class Draft {
  readonly polynomials = new Polynomials()
  readonly buses: readonly SystemBus[]
  readonly constraints: (Polynomial | undefined)[] = []
  readonly messages: (DraftMessage | undefined)[] = []
  /** All columns that ever were. */
  readonly columns = new Map<number, Column>()
  readonly derived: DraftDerived[] = []
  /** In order: how to get the columns that went from those that are left. It is a hint for checkers, no proof. */
  readonly eliminated: Elimination[] = []
  /** Constraints that were set since somebody took them out of here. */
  readonly changed = new Set<number>()
  /** Constraints that define a column, which can go as soon as it suits. */
  readonly definitions: { readonly constraint: number; readonly column: number }[] = []
  /** Grows with every change of an item. */
  changes = 0
  readonly #constraintsOf = new Map<number, Set<number>>()
  readonly #messagesOf = new Map<number, Set<number>>()
  readonly #changedAt = new Map<number, number>()
  #nextColumn: number

  constructor(buses: readonly SystemBus[], columns: readonly Column[]) {
    this.buses = buses
    for (const column of columns) this.columns.set(column.id, column)
    this.#nextColumn = columns.reduce((most, { id }) => Math.max(most, id + 1), 0)
  }

  constraintsOf(column: number): ReadonlySet<number> {
    return this.#constraintsOf.get(column) ?? none
  }

  messagesOf(column: number): ReadonlySet<number> {
    return this.#messagesOf.get(column) ?? none
  }

  /** Is the column in any item? */
  isUsed(column: number): boolean {
    return this.constraintsOf(column).size > 0 || this.messagesOf(column).size > 0
  }

  addConstraint(of: Polynomial): void {
    this.constraints.push(undefined)
    this.setConstraint(this.constraints.length - 1, of)
  }

  /** What is 0 already, or undefined, goes. @throws RvrError where nothing can satisfy it */
  setConstraint(index: number, of: Polynomial | undefined): void {
    if (of !== undefined && of.atoms.length === 0 && of.constant !== 0) throw unsatisfiable()
    const next = of === undefined || of.atoms.length === 0 ? undefined : of
    if (this.constraints[index] === next) return
    this.changes++
    this.#reindex(this.#constraintsOf, index, this.constraints[index]?.columns ?? [], next?.columns ?? [])
    if (next === undefined) this.changed.delete(index)
    else this.changed.add(index)
    this.constraints[index] = next
  }

  /** Says that the column is that polynomial, which it is not in. */
  define(column: number, of: Polynomial): void {
    this.addConstraint(this.polynomials.minus(this.polynomials.column(column), of))
    this.definitions.push({ constraint: this.constraints.length - 1, column })
  }

  addMessage(message: DraftMessage): void {
    this.messages.push(undefined)
    this.setMessage(this.messages.length - 1, message)
  }

  /** What is sent 0 times, or undefined, goes. */
  setMessage(index: number, message: DraftMessage | undefined): void {
    const next = message === undefined || message.count === this.polynomials.zero ? undefined : message
    this.changes++
    this.#reindex(this.#messagesOf, index, columnsOf(this.messages[index]), columnsOf(next))
    this.messages[index] = next
  }

  /** The count of changes at the last one of an item of these columns: if that is the same, so are all their items. */
  changedAt(columns: readonly number[]): number {
    let last = 0
    for (const column of columns) last = Math.max(last, this.#changedAt.get(column) ?? 0)
    return last
  }

  /** A column that is derived from others. */
  addColumn(name: string): number {
    const id = this.#nextColumn++
    this.columns.set(id, { id, name })
    return id
  }

  /** Puts polynomials in the place of columns, everywhere. None of them may have one of these columns in it. */
  substitute(values: ReadonlyMap<number, Polynomial>): void {
    const constraints = new Set<number>()
    const messages = new Set<number>()
    for (const [column, of] of values) {
      this.eliminated.push({ column, of })
      for (const each of this.constraintsOf(column)) constraints.add(each)
      for (const each of this.messagesOf(column)) messages.add(each)
    }
    const replaced = (of: Polynomial): Polynomial => this.polynomials.substituted(of, values)
    for (const [at, { column, numerator, denominator }] of this.derived.entries()) {
      const own = { column, numerator: replaced(numerator), denominator: replaced(denominator) }
      if (own.numerator !== numerator || own.denominator !== denominator) this.derived[at] = own
    }
    for (const index of constraints) this.setConstraint(index, replaced(this.constraints[index]!))
    for (const index of messages) {
      const { bus, count, fields } = this.messages[index]!
      this.setMessage(index, { bus, count: replaced(count), fields: fields.map(replaced) })
    }
  }

  /** Columns before and after, both ascending. */
  #reindex(index: Map<number, Set<number>>, item: number, before: readonly number[], after: readonly number[]): void {
    let [from, to] = [0, 0]
    while (from < before.length || to < after.length) {
      const [gone, come] = [before[from] ?? Infinity, after[to] ?? Infinity]
      if (gone <= come) from++
      if (come <= gone) to++
      this.#changedAt.set(Math.min(gone, come), this.changes)
      if (gone < come) index.get(gone)!.delete(item)
      else if (come < gone) {
        const items = index.get(come)
        if (items === undefined) index.set(come, new Set([item]))
        else items.add(item)
      }
    }
  }

  /** Columns that are in items, ascending. */
  usedColumns(): readonly number[] {
    return [...this.columns.keys()].filter(column => this.isUsed(column)).toSorted((a, b) => a - b)
  }
}

const none: ReadonlySet<number> = new Set()

/** Ascending. */
function columnsOf(message: DraftMessage | undefined): readonly number[] {
  if (message === undefined) return []
  const found = [...message.count.columns]
  for (const { columns } of message.fields) for (const column of columns) found.push(column)
  return found.sort((a, b) => a - b).filter((column, at) => column !== found[at - 1])
}

export const unsatisfiable = (): RvrError =>
  new RvrError('INPUT_INVALID', 'nothing satisfies the constraint system', {
    hint: 'The block can never be executed, or the file is not what an optimiser takes.',
  })
