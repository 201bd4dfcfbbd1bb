/** Polynomials over the columns of a row as C: integers, taken modulo p only where they may be no elements. */
import type { Expression } from '../../air/expression.ts'
import { inverse, P } from '../../air/field.ts'
import { flattened, type FlatNode } from '../../air/flat.ts'

/** C of an integer that stands for a field element, and its bounds. */
export interface Value {
  readonly text: string
  readonly least: bigint
  readonly most: bigint
}

export interface PolynomialText {
  readonly lines: readonly string[]
  /** C of the polynomials as canonical elements, in their order. */
  readonly values: readonly string[]
}

const ORDER = BigInt(P)
/** Integers stay below it, so that none wraps. */
const LIMIT = 2n ** 62n

const constant = (value: number): Value => {
  const number = BigInt(value > P / 2 ? value - P : value)
  return { text: number < 0n ? `(${number})` : `${number}`, least: number, most: number }
}

/** Bits of the power of two that the constant is the inverse of. */
function shiftOf(value: number): number | undefined {
  const divisor = inverse(value)
  const shift = Math.log2(divisor)
  return divisor > 1 && Number.isInteger(shift) ? shift : undefined
}

const isElement = ({ least, most }: Value): boolean => least >= 0n && most < ORDER
const reduced = (value: Value): Value =>
  isElement(value) ? value : { text: `canonical(${value.text})`, least: 0n, most: ORDER - 1n }
const isSmall = ({ least, most }: Value): boolean => least > -LIMIT && most < LIMIT

function operated(op: '+' | '-' | '*', a: Value, b: Value): Value {
  const text = `${a.text} ${op} ${b.text}`
  if (op === '+') return { text, least: a.least + b.least, most: a.most + b.most }
  if (op === '-') return { text, least: a.least - b.most, most: a.most - b.least }
  const corners = [a.least * b.least, a.least * b.most, a.most * b.least, a.most * b.most]
  const least = corners.reduce((x, y) => (x < y ? x : y))
  return { text, least, most: corners.reduce((x, y) => (x > y ? x : y)) }
}

/** Most quotients are exact: what is shown is that a sum is a multiple. Others are elements. */
function quotient({ text, least, most }: Value, shift: number): Value {
  const low = least >> BigInt(shift)
  const high = most >> BigInt(shift)
  return {
    text: `quotient(${text}, ${shift}, ${inverse(2 ** shift)}u)`,
    least: low < 0n ? low : 0n,
    most: high > ORDER - 1n ? high : ORDER - 1n,
  }
}

/** @param columnOf a column of this row, canonical */
export function polynomialText(
  of: readonly Expression[],
  prefix: string,
  columnOf: (column: number) => Value,
): PolynomialText {
  const { nodes, roots } = flattened(of)
  const values: Value[] = []
  const lines: string[] = []
  const named = (value: Value): Value => {
    const name = `${prefix}${values.length}`
    lines.push(`const int64_t ${name} = ${value.text};`)
    return { ...value, text: name }
  }
  const divided = (node: FlatNode): Value | undefined => {
    if (!('left' in node) || node.op !== '*') return undefined
    for (const [one, other] of [[node.left, node.right] as const, [node.right, node.left] as const]) {
      const factor = nodes[one]!
      const shift = factor.op === 'constant' ? shiftOf(factor.value) : undefined
      if (shift !== undefined) return quotient(values[other]!, shift)
    }
    return undefined
  }
  const valueOf = (node: FlatNode): Value => {
    if (node.op === 'constant') return constant(node.value)
    if (node.op === 'column') return columnOf(node.index)
    if (node.op === 'public') throw new Error('a row of an instruction has no public values')
    const exact = divided(node)
    if (exact !== undefined) return named(exact)
    const [left, right] = [values[node.left]!, values[node.right]!]
    const whole = operated(node.op, left, right)
    return named(isSmall(whole) ? whole : operated(node.op, reduced(left), reduced(right)))
  }
  for (const node of nodes) values.push(valueOf(node))
  return { lines, values: roots.map(root => reduced(values[root]!).text) }
}
