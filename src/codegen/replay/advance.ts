/** What an instruction adds to the time, by what its AIR says on the execution bus. */
import type { Air, AirSet } from '../../air/air.ts'
import { minus, substituted, type Expression } from '../../air/expression.ts'
import { add, multiply, subtract } from '../../air/field.ts'
import { columnValue, type Word } from '../../air/word.ts'
import { RvrError } from '../../errors.ts'
import { isConstant } from './fold.ts'

/** A sum of field elements: a constant, and words by factors. */
export interface Advance {
  readonly constant: number
  readonly terms: readonly { readonly word: Word; readonly factor: number }[]
}

/** Factors of columns, −1 for the constant. */
type Linear = ReadonlyMap<number, number>

const CONSTANT = -1

/** Undefined where it is of a higher degree, or not of the row alone. */
function linearOf(of: Expression): Linear | undefined {
  if (of.op === 'constant') return new Map([[CONSTANT, of.value]])
  if (of.op === 'column') return of.row === 0 ? new Map([[of.index, 1]]) : undefined
  if (!('left' in of)) return undefined
  const [left, right] = [linearOf(of.left), linearOf(of.right)]
  if (left === undefined || right === undefined) return undefined
  if (of.op === '*') {
    if (isNumber(left)) return scaled(right, left.get(CONSTANT) ?? 0)
    return isNumber(right) ? scaled(left, right.get(CONSTANT) ?? 0) : undefined
  }
  const operate = of.op === '+' ? add : subtract
  const sum = new Map(left)
  for (const [column, factor] of right) sum.set(column, operate(sum.get(column) ?? 0, factor))
  return sum
}

const isNumber = (of: Linear): boolean => [...of].every(([column, factor]) => column === CONSTANT || factor === 0)
const scaled = (of: Linear, by: number): Linear =>
  new Map([...of].map(([column, each]) => [column, multiply(each, by)]))

/** @param wordOf the folded rule of a column */
export function advanceOf({ buses }: AirSet, air: Air, wordOf: (column: number) => Word): Advance {
  const timeOf = (direction: 'send' | 'receive'): Expression | undefined =>
    air.interactions.find(each => each.direction === direction && buses[each.bus]!.name === 'execution')?.fields[1]
  const [after, before] = [timeOf('send'), timeOf('receive')]
  if (after === undefined || before === undefined)
    throw new RvrError('MACHINE_INVALID', `AIR ${air.name} says nothing of the state before or after a row`)
  const leaf = (of: Expression): Expression => {
    const word = of.op === 'column' && of.row === 0 ? wordOf(of.index) : undefined
    return word !== undefined && isConstant(word) ? { op: 'constant', value: columnValue(word.value) } : of
  }
  const taken = linearOf(substituted(minus(after, before), leaf))
  if (taken === undefined)
    throw new RvrError('MACHINE_INVALID', `the time that a row of AIR ${air.name} takes is no sum of its columns`)
  const terms = [...taken].filter(([column, factor]) => column !== CONSTANT && factor !== 0)
  return {
    constant: taken.get(CONSTANT) ?? 0,
    terms: terms.map(([column, factor]) => ({ word: wordOf(column), factor })),
  }
}
