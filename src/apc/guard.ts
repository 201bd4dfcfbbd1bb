/** Guards: one more column says whether a row stands for an execution, so that rows of zeros are padding. */
import { ONE, degreeOf, minus, plus, times, type Expression } from '../air/expression.ts'
import { add, multiply, subtract } from '../air/field.ts'
import { RvrError } from '../errors.ts'
import { polynomialReader } from './optimise/convert.ts'
import { DEFAULT_DEGREES } from './optimise/optimise.ts'
import type { DegreeBounds } from './optimise/passes/inline.ts'
import { Polynomials, type Polynomial } from './optimise/polynomials.ts'
import type { Message, System } from '../air/system.ts'

/** The name of the column that is 1 on rows of executions and 0 on padding. */
export const VALID = 'is_valid'

/**
 * The same system on rows whose `is_valid` is 1, where honest rows derive it as that. A row of zeros satisfies every
 * constraint, and a row whose `is_valid` is 0 sends and receives nothing, whatever else it holds. No constraint has
 * another degree than before.
 *
 * @throws RvrError `INTERNAL` where a count's degree leaves no room for a guard
 */
export function guarded(system: System, bounds: DegreeBounds = DEFAULT_DEGREES): System {
  const id = system.columns.reduce((most, column) => Math.max(most, column.id + 1), 0)
  const valid: Expression = { op: 'column', index: id, row: 0 }
  const guard = new Guard(valid)
  const [messages, silent] = guardedMessages(system.messages, guard, bounds)
  const constraints = system.constraints.map(each => guard.guarded(each))
  return {
    ...system,
    columns: [...system.columns, { id, name: VALID }],
    constraints: [...constraints, ...silent, times(valid, minus(valid, ONE))],
    messages,
    derived: [...system.derived, { column: id, method: { kind: 'constant', value: 1 } }],
  }
}

/** Makes constants count only on valid rows, so that sums are 0 where all columns are. */
class Guard {
  readonly valid: Expression
  readonly #atZero = new Map<Expression, number>()

  constructor(valid: Expression) {
    this.valid = valid
  }

  /** The value where all columns are 0. */
  atZero(of: Expression): number {
    if (!('left' in of)) return of.op === 'constant' ? of.value : 0
    const before = this.#atZero.get(of)
    if (before !== undefined) return before
    const [left, right] = [this.atZero(of.left), this.atZero(of.right)]
    const value = operations[of.op](left, right)
    this.#atZero.set(of, value)
    return value
  }

  guarded(of: Expression): Expression {
    if (this.atZero(of) === 0) return of
    if (of.op === '+') return plus(this.guarded(of.left), this.guarded(of.right))
    if (of.op === '-') return minus(this.guarded(of.left), this.guarded(of.right))
    if (of.op !== '*') return times(of, this.valid)
    // One factor that is 0 is enough, and a constant would get a degree.
    if (of.left.op === 'constant') return times(of.left, this.guarded(of.right))
    return times(this.guarded(of.left), of.right)
  }
}

const operations = { '+': add, '-': subtract, '*': multiply } as const

/** Messages that only valid rows send, and constraints that make it so where a count would be of too high a degree. */
function guardedMessages(messages: readonly Message[], guard: Guard, { constraints, fields }: DegreeBounds) {
  const silent = new Map<Polynomial, Expression>()
  const read = polynomialReader(new Polynomials())
  const invalid = minus(ONE, guard.valid)
  const sent = messages.map(message => {
    const { count } = message
    const isSilent = guard.atZero(count) === 0
    if (!isSilent && degreeOf(count) < fields) return { ...message, count: times(count, guard.valid) }
    if (degreeOf(count) >= constraints) {
      const what = 'the count of a message has a degree that leaves no room for a guard'
      throw new RvrError('INTERNAL', what, { details: { degree: degreeOf(count), constraints } })
    }
    const own = isSilent ? count : guard.guarded(count)
    silent.set(read(own), times(invalid, own))
    return { ...message, count: own }
  })
  return [sent, [...silent.values()]] as const
}
