/** Polynomials over the columns of a row and of the next one: immutable trees that share what they have in common. */
import { P, add, inverse, multiply, subtract } from './field.ts'

export type Expression =
  /** `value` is a canonical field element. */
  | { readonly op: 'constant'; readonly value: number }
  | { readonly op: 'column'; readonly index: number; readonly row: 0 | 1 }
  | { readonly op: 'public'; readonly index: number }
  | { readonly op: '+' | '-' | '*'; readonly left: Expression; readonly right: Expression }

export const constant = (value: number): Expression => ({ op: 'constant', value })

export const ZERO = constant(0)
export const ONE = constant(1)

const valueOf = (of: Expression): number | undefined => (of.op === 'constant' ? of.value : undefined)

/** `of` plus a constant, where `of` is such a sum already: one constant instead of two. */
function withConstant(of: Expression, value: number): Expression {
  if (!('left' in of) || of.op === '*' || of.right.op !== 'constant') {
    if (value === 0) return of
    return value > P / 2
      ? { op: '-', left: of, right: constant(P - value) }
      : { op: '+', left: of, right: constant(value) }
  }
  return withConstant(of.left, (of.op === '+' ? add : subtract)(value, of.right.value))
}

export function plus(left: Expression, right: Expression): Expression {
  const [a, b] = [valueOf(left), valueOf(right)]
  if (a !== undefined && b !== undefined) return constant(add(a, b))
  if (a === 0) return right
  return b === undefined ? { op: '+', left, right } : withConstant(left, b)
}

export function minus(left: Expression, right: Expression): Expression {
  const [a, b] = [valueOf(left), valueOf(right)]
  if (a !== undefined && b !== undefined) return constant(subtract(a, b))
  return b === undefined ? { op: '-', left, right } : withConstant(left, subtract(0, b))
}

export function times(left: Expression, right: Expression): Expression {
  const [a, b] = [valueOf(left), valueOf(right)]
  if (a !== undefined && b !== undefined) return constant(multiply(a, b))
  if (a === 0 || b === 0) return ZERO
  if (a === 1) return right
  return b === 1 ? left : { op: '*', left, right }
}

export const negative = (of: Expression): Expression => minus(ZERO, of)

/** `of` over a constant that is not 0. */
export const over = (of: Expression, divisor: number): Expression => times(of, constant(inverse(divisor)))

const building = { '+': plus, '-': minus, '*': times } as const

/** Each shared part is looked at once, however often it occurs. */
function folded<Result>(leaf: (of: Expression) => Result, node: (op: '+' | '-' | '*', a: Result, b: Result) => Result) {
  const known = new Map<Expression, Result>()
  const visit = (of: Expression): Result => {
    if (!('left' in of)) return leaf(of)
    // A result may be nothing, so it is asked whether there is one.
    if (known.has(of)) return known.get(of)!
    const result = node(of.op, visit(of.left), visit(of.right))
    known.set(of, result)
    return result
  }
  return visit
}

/** Tells the degree in the columns, of each shared part once. It is that of the tree: terms that cancel count. */
export const degrees = (): ((of: Expression) => number) =>
  folded<number>(
    leaf => (leaf.op === 'column' ? 1 : 0),
    (op, a, b) => (op === '*' ? a + b : Math.max(a, b)),
  )

export const degreeOf = (of: Expression): number => degrees()(of)

export const readsNextRow = (of: Expression): boolean =>
  folded<boolean>(
    leaf => leaf.op === 'column' && leaf.row === 1,
    (_op, a, b) => a || b,
  )(of)

/** The same expression with other leaves. */
export const substituted = (of: Expression, leaf: (of: Expression) => Expression): Expression =>
  folded<Expression>(leaf, (op, a, b) => building[op](a, b))(of)

/** What an expression is evaluated on: a row, the one behind it, public values. All are canonical elements. */
export interface At {
  readonly row: ArrayLike<number>
  readonly next: ArrayLike<number>
  readonly publics: ArrayLike<number>
}

const SMALL = 1 << 20

/** The number whose inverse a constant is, if that is a power of two. */
function divisorOf(value: number): number | undefined {
  const divisor = inverse(value)
  return divisor > 1 && (divisor & (divisor - 1)) === 0 ? divisor : undefined
}

/** A constant as people write it: what is just below p is negative, and inverses of powers of two are fractions. */
function constantText(value: number): string {
  if (value < SMALL) return String(value)
  const divisor = divisorOf(value)
  if (divisor !== undefined) return `1/${divisor}`
  return P - value < SMALL ? `-${P - value}` : String(value)
}

export interface Names {
  readonly columns: readonly string[]
  readonly publics: readonly string[]
  /** Expressions that are written as a name where they are parts of others. */
  readonly parts?: ReadonlyMap<Expression, string> | undefined
}

/** The expression as the language writes it. */
export function expressionText(of: Expression, names: Names): string {
  const grouped = (text: string, level: number, outer: number): string => (level < outer ? `(${text})` : text)
  const visit = (part: Expression, outer: number): string => {
    const name = part === of ? undefined : names.parts?.get(part)
    if (name !== undefined) return name
    if (part.op === 'constant') {
      const text = constantText(part.value)
      return grouped(text, /^\d+$/.test(text) ? 3 : 0, outer)
    }
    if (part.op === 'public') return names.publics[part.index]!
    if (part.op === 'column') return `${part.row === 0 ? '' : 'next.'}${names.columns[part.index]!}`
    const divisor = part.op === '*' && part.right.op === 'constant' ? divisorOf(part.right.value) : undefined
    if (part.op === '*' && divisor !== undefined) return grouped(`${visit(part.left, 2)}/${divisor}`, 2, outer)
    if (part.op === '*') return grouped(`${visit(part.left, 2)}*${visit(part.right, 3)}`, 2, outer)
    if (part.op === '-' && valueOf(part.left) === 0) return grouped(`-${visit(part.right, 2)}`, 0, outer)
    return grouped(`${visit(part.left, 1)} ${part.op} ${visit(part.right, part.op === '-' ? 2 : 1)}`, 1, outer)
  }
  return visit(of, 0)
}
