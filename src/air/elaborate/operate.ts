/** What operators do to numbers, polynomials and words. */
import { P, element } from '../field.ts'
import { constant, minus, over, plus, times, type Expression } from '../expression.ts'
import { airError, type Place } from '../language/place.ts'
import type { BinaryOperator } from '../language/syntax.ts'
import { applied, wordConstant, type Word, type WordOperator } from '../word.ts'
import type { Side, Value } from './value.ts'

/** An operator, and where it stands. */
export interface Operation {
  readonly operator: BinaryOperator
  readonly at: Place
}

const isNumber = (value: Value): value is bigint => typeof value === 'bigint'

/** @throws RvrError where the value is a list */
export function expression(value: Value, at: Place): Expression {
  if (isNumber(value)) return constant(element(value))
  if (Array.isArray(value)) throw airError(at, 'a list where one value was expected')
  return value as Expression
}

/** @throws RvrError where the value is a list */
export function word(value: Value, at: Place): Word {
  if (isNumber(value)) return wordConstant(value)
  if (Array.isArray(value)) throw airError(at, 'a list where one value was expected')
  return value as Word
}

/** @throws RvrError where the value is not known before there are rows */
export function number(value: Value, at: Place): bigint {
  if (!isNumber(value)) throw airError(at, 'a number that is known without a row was expected')
  return value
}

const isTrue = (truth: boolean): bigint => (truth ? 1n : 0n)

function numeric({ operator, at }: Operation, a: bigint, b: bigint): bigint {
  switch (operator) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '//':
    case '/':
    case '%':
      if (b <= 0n || a < 0n) throw airError(at, `${operator} of numbers below 0, or by 0`)
      return operator === '%' ? a % b : a / b
    case '&&':
      return isTrue(a !== 0n && b !== 0n)
    case '||':
      return isTrue(a !== 0n || b !== 0n)
    case '<':
      return isTrue(a < b)
    case '>':
      return isTrue(a > b)
    case '==':
      return isTrue(a === b)
    case '!=':
      return isTrue(a !== b)
    default:
      if (a < 0n || b < 0n) throw airError(at, `${operator} of numbers below 0`)
      return applied(operator, a, b)
  }
}

function onField({ operator, at }: Operation, a: Value, b: Value): Expression {
  const left = expression(a, at)
  switch (operator) {
    case '+':
      return plus(left, expression(b, at))
    case '-':
      return minus(left, expression(b, at))
    case '*':
      return times(left, expression(b, at))
    case '/': {
      const divisor = element(number(b, at))
      if (divisor === 0) throw airError(at, `division by a multiple of ${P}`)
      return over(left, divisor)
    }
    default:
      throw airError(at, `${operator} is not for field elements`, 'Constraints know + - * / and ** with a number.')
  }
}

function onWords({ operator, at }: Operation, a: Value, b: Value): Word {
  const [left, right] = [word(a, at), word(b, at)]
  const isSet = (of: Word): Word => ({ op: 'binary', operator: '!=', left: of, right: wordConstant(0n) })
  switch (operator) {
    case '&&':
      return { op: 'choice', condition: left, chosen: isSet(right), otherwise: wordConstant(0n) }
    case '||':
      return { op: 'choice', condition: left, chosen: wordConstant(1n), otherwise: isSet(right) }
    case '//':
      throw airError(at, '// is for numbers that are known without a row', 'The quotient of words is /.')
    default:
      return { op: 'binary', operator: operator satisfies WordOperator, left, right }
  }
}

export function operate(side: Side, operation: Operation, a: Value, b: Value): Value {
  // A quotient of numbers is a field element where constraints stand.
  const isQuotient = side === 'constraint' && operation.operator === '/'
  if (isNumber(a) && isNumber(b) && !isQuotient) return numeric(operation, a, b)
  return side === 'constraint' ? onField(operation, a, b) : onWords(operation, a, b)
}
