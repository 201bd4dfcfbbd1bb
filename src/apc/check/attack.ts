/** Looks for rows that an optimised system accepts and that no row of the block stands behind. */
import type { Expression } from '../../air/expression.ts'
import { P, add, inverse, multiply, subtract } from '../../air/field.ts'
import { RowEvaluator } from '../../air/evaluate.ts'
import type { Column, System } from '../../air/system.ts'
import { columnsOf } from '../../air/columns.ts'
import { completes } from './complete.ts'
import { Probe } from './probe.ts'
import type { Random } from './random.ts'
import { widthOf, type Row } from './verdict.ts'

export interface Eliminated {
  readonly column: number
  readonly of: Expression
  readonly isGuess?: boolean | undefined
}

export interface Attacked {
  /** The block's own system. */
  readonly before: System
  readonly after: System
  /** Columns that went, in order, with what they were: hints. */
  readonly eliminated: readonly Eliminated[]
}

/** A row that should have been refused. */
export interface Finding {
  /** The column that was changed first. */
  readonly column: string
  /** What the block's own system says of the row. */
  readonly reason: string
}

export interface AttackResult {
  /** Rows that the optimised system accepted. */
  readonly accepted: number
  readonly findings: readonly Finding[]
}

/** Changes that follow from one another. */
const MOST_REPAIRS = 3
/** Rows that are tried for one change. */
const MOST_TRIES = 24

/** How to get a column that went. */
interface Hint {
  readonly column: number
  readonly from: readonly number[]
  readonly of: RowEvaluator
}

export class Attack {
  readonly #columns: readonly Column[]
  /** Columns that a row with given cells has nothing else in: those that are left, and constants. */
  readonly #fixed: ReadonlySet<number>
  readonly #before: Probe
  readonly #after: Probe
  /** Beginning with the column that went last. */
  readonly #hints: readonly Hint[]
  /** Room for the ids of all columns. */
  readonly width: number

  constructor({ before, after, eliminated }: Attacked) {
    this.#columns = after.columns
    const constants = eliminated.filter(({ of, isGuess }) => of.op === 'constant' && isGuess !== true)
    this.#fixed = new Set([...after.columns.map(({ id }) => id), ...constants.map(({ column }) => column)])
    this.#before = new Probe(before)
    this.#after = new Probe(after)
    this.width = Math.max(widthOf(before), widthOf(after))
    const hints = eliminated.map(({ column, of }) => ({ column, from: columnsOf(of), of: new RowEvaluator([of]) }))
    this.#hints = hints.toReversed()
  }

  /** Changes each column of an honest row, and others so that the optimised system accepts it if that can be done. */
  run(honest: Row, random: Random): AttackResult {
    this.#before.begin(honest)
    this.#after.begin(honest)
    const findings: Finding[] = []
    let accepted = 0
    for (const { id, name } of this.#columns) {
      for (const value of changesOf(honest[id]!, random)) {
        const changed = this.#repaired(id, value, honest)
        if (changed === undefined) continue
        accepted++
        const reason = this.#objection(changed, honest)
        if (reason !== undefined) findings.push({ column: name, reason })
      }
    }
    return { accepted, findings }
  }

  /** A row with that cell that the optimised system accepts, and its effect; undefined where none is found. */
  #repaired(column: number, value: number, honest: Row): Changed | undefined {
    const probe = this.#after
    const touched = new Set<number>()
    let tries = MOST_TRIES
    const search = (): Changed | undefined => {
      if (probe.isAccepted)
        return { cells: new Map([...touched].map(each => [each, probe.row[each]!])), effect: probe.difference }
      const { broken } = probe
      if (broken === undefined || touched.size > MOST_REPAIRS) return undefined
      for (const other of probe.columnsOf(broken)) {
        if (touched.has(other)) continue
        for (const root of probe.rootsOf(broken, other)) {
          if (--tries < 0) return undefined
          const found = tried(other, root)
          if (found !== undefined) return found
        }
      }
      return undefined
    }
    const tried = (cell: number, to: number): Changed | undefined => {
      const was = probe.set(cell, to)
      touched.add(cell)
      const found = search()
      touched.delete(cell)
      probe.set(cell, was)
      return found
    }
    return honest[column] === value ? undefined : tried(column, value)
  }

  /** Why no row of the block has these cells and this effect; undefined if one has. */
  #objection({ cells, effect }: Changed, honest: Row): string | undefined {
    const probe = this.#before
    const isWanted = (): boolean => probe.isAccepted && probe.difference === effect
    const reasons: string[] = []
    for (const isLazy of [true, false]) {
      const row = this.#hinted(cells, honest, isLazy)
      for (const [column, value] of row.entries()) probe.set(column, value)
      if (completes(probe, this.#fixed, isWanted)) reasons.length = 0
      else reasons.push(this.#reason())
      for (const [column, value] of honest.entries()) probe.set(column, value)
      if (reasons.length === 0) return undefined
    }
    return reasons[0]
  }

  #reason(): string {
    const { broken, outside } = this.#before
    if (broken !== undefined) return `constraint ${broken}`
    return outside === undefined ? 'another effect' : `message ${outside}`
  }

  /** The row with hints: lazily, what does not depend on the change stays, as many columns have no hint but 0. */
  #hinted(cells: ReadonlyMap<number, number>, honest: Row, isLazy: boolean): Row {
    const row = honest.slice()
    const changed = new Set<number>()
    for (const [column, value] of cells) {
      row[column] = value
      changed.add(column)
    }
    for (const { column, from, of } of this.#hints) {
      if (isLazy && !from.some(each => changed.has(each))) continue
      const value = valueOn(of, row)
      if (isLazy && value === valueOn(of, honest)) continue
      row[column] = value
      changed.add(column)
    }
    return row
  }
}

/** A row that the optimised system accepts. */
interface Changed {
  /** What is not as in the honest row. */
  readonly cells: ReadonlyMap<number, number>
  readonly effect: string
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
