/** Rules whose words are small numbers: a table has a million rows, and is asked for as often. */
import { RvrError } from '../../errors.ts'
import type { Word, WordOperator } from '../../air/word.ts'

/** Numbers below it are exact, and so are bits of those that are far below. */
const MOST = 2 ** 31

export type OfNumbers = (inputs: ArrayLike<number>) => number

const operators: Partial<Readonly<Record<WordOperator, (a: number, b: number) => number>>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => (b === 0 ? 0 : Math.floor(a / b)),
  '%': (a, b) => (b === 0 ? 0 : a % b),
  '&': (a, b) => a & b,
  '<<': (a, b) => a * 2 ** b,
  '>>': (a, b) => Math.floor(a / 2 ** b),
}

const bounded = (value: number): number => {
  if (value >= 0 && value < MOST) return value
  throw new RvrError('INTERNAL', `a table's rule comes to ${value}`)
}

/** @returns undefined for words that depend on something else than these inputs, or need an operator not known here */
export function ofNumbers(word: Word, isKnown: (input: number) => boolean): OfNumbers | undefined {
  if (word.op === 'constant') {
    const value = Number(word.value)
    return () => value
  }
  if (word.op === 'input') {
    const { index } = word
    return isKnown(index) ? inputs => inputs[index]! : undefined
  }
  if (word.op === 'call' && word.name === 'log2') {
    const of = ofNumbers(word.args[0]!, isKnown)
    return of && (inputs => 31 - Math.clz32(of(inputs)))
  }
  if (word.op !== 'binary') return undefined
  const operator = operators[word.operator]
  const [left, right] = [ofNumbers(word.left, isKnown), ofNumbers(word.right, isKnown)]
  if (operator === undefined || left === undefined || right === undefined) return undefined
  return inputs => bounded(operator(left(inputs), right(inputs)))
}
