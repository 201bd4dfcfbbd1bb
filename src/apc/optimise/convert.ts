/** Between systems as data and drafts. */
import { constant, minus, plus, times, type Expression } from '../../air/expression.ts'
import { P, add, multiply } from '../../air/field.ts'
import type { Derived, System } from '../../air/system.ts'
import { Draft, type DraftDerived } from './draft.ts'
import type { Polynomial, Polynomials } from './polynomials.ts'

/** Parts of one sum that are put together at once. */
const MOST_PARTS = 64

/** Makes polynomials of expressions; parts that expressions share are looked at once. */
export function polynomialReader(polynomials: Polynomials): (of: Expression) => Polynomial {
  const known = new Map<Expression, Polynomial>()
  const summed = (of: Expression): Polynomial => {
    const parts: (readonly [Polynomial, number])[] = []
    let constants = 0
    let open = 1
    const take = (part: Expression, times: number): void => {
      if (part.op === 'constant') constants = add(constants, multiply(part.value, times))
      else if ((part.op === '+' || part.op === '-') && open < MOST_PARTS) {
        open++
        take(part.left, times)
        take(part.right, part.op === '+' ? times : P - times)
      } else if (part.op === '*' && part.left.op === 'constant')
        parts.push([visit(part.right), multiply(times, part.left.value)])
      else parts.push([visit(part), times])
    }
    take(of, 1)
    return polynomials.sum(parts, constants)
  }
  const compute = (of: Expression): Polynomial => {
    if (of.op === 'constant') return polynomials.constant(of.value)
    if (of.op === 'column') return polynomials.column(of.index)
    if (of.op === 'public') throw new Error('a block has no public values')
    return of.op === '*' ? polynomials.times(visit(of.left), visit(of.right)) : summed(of)
  }
  const visit = (of: Expression): Polynomial => {
    if (of.op === 'column') return polynomials.column(of.index)
    const before = known.get(of)
    if (before !== undefined) return before
    const made = compute(of)
    known.set(of, made)
    return made
  }
  return visit
}

export function draftOf({ buses, columns, constraints, messages, derived }: System): Draft {
  const draft = new Draft(buses, columns)
  const read = polynomialReader(draft.polynomials)
  for (const each of constraints) draft.addConstraint(read(each))
  for (const { bus, count, fields } of messages) draft.addMessage({ bus, count: read(count), fields: fields.map(read) })
  for (const { column, method } of derived) {
    const isConstant = method.kind === 'constant'
    const numerator = isConstant ? draft.polynomials.constant(method.value) : read(method.numerator)
    const denominator = isConstant ? draft.polynomials.one : read(method.denominator)
    draft.derived.push({ column, numerator, denominator })
  }
  return draft
}

/** The polynomial as an expression, with small constants. */
export function expressionOf(of: Polynomial): Expression {
  let sum: Expression = constant(of.constant > P / 2 ? 0 : of.constant)
  for (let at = 0; at < of.atoms.length; at++) {
    const { id, factors } = of.atoms[at]!
    const atom: Expression = factors
      ? factors.map(expressionOf).reduce((all, each) => times(all, each))
      : { op: 'column', index: id, row: 0 }
    const coefficient = of.coefficients[at]!
    if (coefficient > P / 2) sum = minus(sum, times(constant(P - coefficient), atom))
    else sum = plus(sum, times(constant(coefficient), atom))
  }
  return of.constant > P / 2 ? minus(sum, constant(P - of.constant)) : sum
}

export function systemOf(draft: Draft): System {
  const used = draft.usedColumns()
  const left = new Set(used)
  return {
    buses: draft.buses,
    columns: used.map(id => draft.columns.get(id)!),
    constraints: draft.constraints.flatMap(each => (each === undefined ? [] : [expressionOf(each)])),
    messages: draft.messages.flatMap(message => {
      if (message === undefined) return []
      return [{ bus: message.bus, count: expressionOf(message.count), fields: message.fields.map(expressionOf) }]
    }),
    derived: draft.derived.flatMap(each => (left.has(each.column) ? [derivedOf(each)] : [])),
  }
}

function derivedOf({ column, numerator, denominator }: DraftDerived): Derived {
  if (denominator.atoms.length === 0 && denominator.constant === 1 && numerator.atoms.length === 0)
    return { column, method: { kind: 'constant', value: numerator.constant } }
  const method = { numerator: expressionOf(numerator), denominator: expressionOf(denominator) }
  return { column, method: { kind: 'quotient', ...method } }
}
