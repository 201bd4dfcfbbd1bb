/** Shows goals in all cases that premises leave: by identity, by bounds, by trying all values, or case by case. */
import { inverse, subtract } from '../../air/field.ts'
import { columnsOfGoal, goalWhere, uncancelled, type Goal } from './goals.ts'
import { holds, holdsInAll } from './holding.ts'
import type { Premises } from './premises.ts'
import { rootsOf } from './roots.ts'
import {
  constantSum,
  isConstant,
  isLinear,
  isZero,
  knownValue,
  partsBy,
  ratio,
  scaledSum,
  sumValue,
  type Replaced,
  type Sum,
} from './sums.ts'

const MOST_CASES = 1000
const MOST_DEPTH = 60
/** Rows that are tried one by one. */
const MOST_ROWS = 1 << 16
/** The same where nothing else was tried before. */
const FEW_ROWS = 1 << 9

interface State {
  readonly premises: Premises
  readonly goals: readonly Goal[]
  readonly depth: number
}

/** One attempt: it ends after so many cases, so that it may find nothing where there is something. */
export class Proof {
  /** Columns that are looked for, with a value that they may have. */
  readonly #open: Replaced
  #cases = 0

  constructor(open: Replaced) {
    this.#open = open
  }

  /** Do premises leave no row where the goals do not all hold, for some values of the columns that are looked for? */
  shows(premises: Premises, goals: readonly Goal[], depth = 0): boolean {
    if (++this.#cases > MOST_CASES || depth > MOST_DEPTH) return false
    if (premises.isImpossible) return true
    const left = this.#left(premises, goals)
    if (left.length === 0) return true
    const split = premises.split()
    if (split !== undefined) return this.shows(split, left, depth)
    const solved = premises.solved()
    if (solved !== undefined)
      return this.shows(
        premises.where(solved),
        left.map(each => goalWhere(each, solved)),
        depth,
      )
    const attempts = [this.#followed, this.#fewTried, this.#byCases, this.#guessed, this.#tried]
    for (const attempt of attempts) {
      const found = attempt(premises, left, depth)
      if (found !== undefined) return found
    }
    return false
  }

  /** Goals that do not hold anyway. */
  #left(premises: Premises, goals: readonly Goal[]): readonly Goal[] {
    const left: Goal[] = []
    for (const goal of goals) {
      if (goal.kind !== 'effect') {
        if (!holds(premises, goal)) left.push(goal)
        continue
      }
      const sent = uncancelled(goal.sent)
      if (sent.length > 0) left.push({ ...goal, sent })
    }
    return left
  }

  #isOpen = (column: number): boolean => this.#open.has(column)

  #hasOpen = ({ columns }: Sum): boolean => [...columns].some(this.#isOpen)

  #chosen(column: number, value: Sum, { premises, goals, depth }: State): boolean {
    const values = new Map([[column, value]])
    return this.shows(
      premises,
      goals.map(each => goalWhere(each, values)),
      depth + 1,
    )
  }

  /** Sums with open columns that have to be 0. */
  #zerosAsked = (goals: readonly Goal[]): readonly Sum[] =>
    goals.flatMap(goal => (goal.kind === 'zero' && this.#hasOpen(goal.of) ? [goal.of] : []))

  /** An open column that goals leave no choice, once it is known whether what it is multiplied by is 0. */
  #followed = (premises: Premises, goals: readonly Goal[], depth: number): boolean | undefined => {
    const state = { premises, goals, depth }
    const linear = this.#zerosAsked(goals).flatMap(of =>
      [...of.columns].filter(this.#isOpen).flatMap(column => {
        const parts = partsBy(of, column)
        return parts === undefined || this.#hasOpen(parts.coefficient) ? [] : [{ column, ...parts }]
      }),
    )
    for (const { column, coefficient, rest } of linear) {
      const by = knownValue(coefficient)
      if (by !== undefined) return this.#chosen(column, scaledSum(rest, subtract(0, inverse(by))), state)
    }
    for (const { column, coefficient, rest } of linear) {
      if (premises.mayBeZero(coefficient)) continue
      const times = isZero(rest) ? 0 : ratio(coefficient, rest)
      if (times !== undefined) return this.#chosen(column, constantSum(subtract(0, times)), state)
      // It is a quotient, so nobody else may ask for it.
      const others = goals.filter(each => !columnsOfGoal(each).has(column))
      if (others.length === goals.length - 1) return this.shows(premises, others, depth + 1)
    }
    const unsure = linear.find(({ coefficient }) => isLinear(coefficient) && premises.mayBeZero(coefficient))
    return unsure && this.#whetherZero(unsure.coefficient, state)
  }

  /** Takes a value for an open column that is not the only one that may do. */
  #guessed = (premises: Premises, goals: readonly Goal[], depth: number): boolean | undefined => {
    const state = { premises, goals, depth }
    for (const of of this.#zerosAsked(goals)) {
      const [column] = of.columns
      if (of.columns.size !== 1) continue
      const roots = rootsOf(x => sumValue(of, new Map([[column!, x]])))
      return roots.toSorted((a, b) => a - b).some(root => this.#chosen(column!, constantSum(root), state))
    }
    const [first] = goals.flatMap(goal => [...columnsOfGoal(goal)].filter(this.#isOpen))
    return first === undefined ? undefined : this.#chosen(first, this.#open.get(first)!, state)
  }

  #whetherZero(of: Sum, { premises, goals, depth }: State): boolean {
    return this.shows(premises.and([[of]]), goals, depth + 1) && this.shows(premises.whereNot([of]), goals, depth + 1)
  }

  #fewTried = (premises: Premises, goals: readonly Goal[]): boolean | undefined =>
    goals.every(goal => holdsInAll(premises, goal, FEW_ROWS)) ? true : undefined

  #tried = (premises: Premises, goals: readonly Goal[]): boolean | undefined =>
    goals.every(goal => holdsInAll(premises, goal, MOST_ROWS)) ? true : undefined

  /** Which factor is it that is 0? Is what a column is multiplied by 0? */
  #byCases = (premises: Premises, goals: readonly Goal[], depth: number): boolean | undefined => {
    const columns = new Set(goals.flatMap(each => [...columnsOfGoal(each)]))
    const shared = (product: readonly Sum[]): number => {
      const own = [...new Set(product.flatMap(each => [...each.columns]))]
      return own.filter(each => columns.has(each)).length / own.length
    }
    const [product] = premises.products
      .filter(each => each.length > 1)
      .toSorted((a, b) => shared(b) - shared(a) || a.length - b.length)
    if (product !== undefined) {
      const without = premises.without(product)
      return product.every((factor, at) =>
        this.shows(without.and([[factor]]).whereNot(product.slice(0, at)), goals, depth + 1),
      )
    }
    for (const [of] of premises.products) {
      if (of === undefined || shared([of]) === 0) continue
      for (const column of of.columns) {
        const coefficient = partsBy(of, column)?.coefficient
        if (coefficient === undefined || isConstant(coefficient) || !isLinear(coefficient)) continue
        if (premises.mayBeZero(coefficient)) return this.#whetherZero(coefficient, { premises, goals, depth })
      }
    }
    return undefined
  }
}
