/** Looks for rows that an optimised system accepts and that no row of the block stands behind. */
import type { Expression } from '../../air/expression.ts'
import { P, add, inverse, multiply, subtract } from '../../air/field.ts'
import { RowEvaluator } from '../../air/evaluate.ts'
import type { System } from '../system.ts'
import { columnsOf } from '../columns.ts'
import { completed } from './complete.ts'
import { rootsOf } from './roots.ts'
import { SystemChecker, isAccepted, type Row } from './verdict.ts'

export interface Attacked {
  /** The block's own system. */
  readonly before: System
  readonly after: System
  /** Columns that went, in order, with what they were: hints. */
  readonly eliminated: readonly { readonly column: number; readonly of: Expression }[]
}

/** A row that should have been refused. */
export interface Finding {
  /** The column that was changed first. */
  readonly column: string
  /** What the block's own system says of the row. */
  readonly reason: string
}

/** Whole numbers below the bound. */
export type Random = (bound: number) => number

export interface AttackResult {
  /** Rows that the optimised system accepted. */
  readonly accepted: number
  readonly findings: readonly Finding[]
}

/** Changes that follow from one another. */
const MOST_REPAIRS = 3
/** Rows that are tried for one change. */
const MOST_TRIES = 24

export class Attack {
  readonly #attacked: Attacked
  readonly #before: SystemChecker
  readonly #after: SystemChecker
  readonly #columnsOf: readonly (readonly number[])[]
  readonly #hints: readonly { readonly column: number; readonly of: RowEvaluator }[]
  readonly width: number

  constructor(attacked: Attacked) {
    const { before, after, eliminated } = attacked
    this.#attacked = attacked
    this.#before = new SystemChecker(before)
    this.#after = new SystemChecker(after)
    this.width = Math.max(this.#before.width, this.#after.width)
    this.#columnsOf = after.constraints.map(columnsOf)
    this.#hints = eliminated.map(({ column, of }) => ({ column, of: new RowEvaluator([of]) })).toReversed()
  }

  /** Changes each column of an honest row, and others so that the optimised system accepts it if that can be done. */
  run(honest: Row, random: Random): AttackResult {
    const findings: Finding[] = []
    let accepted = 0
    for (const { id, name } of this.#attacked.after.columns) {
      for (const value of changesOf(honest[id]!, random)) {
        const row = honest.slice()
        row[id] = value
        let tries = MOST_TRIES
        const look = (changed: Row, touched: ReadonlySet<number>): boolean => {
          const verdict = this.#after.verdict(changed)
          if (isAccepted(verdict)) {
            accepted++
            const reason = this.#objection(changed, honest, verdict.effect)
            if (reason !== undefined) findings.push({ column: name, reason })
            return true
          }
          if (verdict.broken === undefined || touched.size > MOST_REPAIRS) return false
          for (const column of this.#columnsOf[verdict.broken]!) {
            if (touched.has(column)) continue
            for (const root of this.#roots(verdict.broken, column, changed)) {
              if (--tries < 0) return false
              const next = changed.slice()
              next[column] = root
              if (look(next, new Set([...touched, column]))) return true
            }
          }
          return false
        }
        look(row, new Set([id]))
      }
    }
    return { accepted, findings }
  }

  #roots(constraint: number, column: number, row: Row): readonly number[] {
    const tried = row.slice()
    return rootsOf(x => {
      tried[column] = x
      return this.#after.valueOf(constraint, tried)
    })
  }

  /** Why no row of the block has these cells and this effect; undefined if one has. */
  #objection(changed: Row, honest: Row, effect: string): string | undefined {
    const full = changed.slice()
    for (const { column, of } of this.#hints) {
      const value = valueOn(of, full)
      // What does not depend on the change stays what it was: many columns have no hint but 0.
      if (value !== valueOn(of, honest)) full[column] = value
    }
    const left = new Set(this.#attacked.after.columns.map(({ id }) => id))
    for (const row of completed(this.#attacked.before, this.#before, full, left)) {
      const verdict = this.#before.verdict(row)
      if (isAccepted(verdict) && verdict.effect === effect) return undefined
    }
    const { broken, outside } = this.#before.verdict(full)
    if (broken !== undefined) return `constraint ${broken}`
    return outside === undefined ? 'another effect' : `message ${outside}`
  }
}

function valueOn(of: RowEvaluator, row: Row): number {
  of.at({ cells: row, width: row.length, height: 1, publics: [] }, 0)
  return of.value(0)
}

/** Values next to the honest one, far from it, and such as scaled checks would let pass. */
function changesOf(value: number, random: Random): readonly number[] {
  const half = inverse(2 ** (1 + random(12)))
  return [
    add(value, 1),
    subtract(value, 1),
    add(value, 256),
    subtract(value, 256),
    add(value, 2 ** random(30)),
    random(P),
    multiply(1 + random(255), half),
    multiply(value, half),
    0,
    1,
  ].filter((each, at, all) => each !== value && all.indexOf(each) === at)
}
