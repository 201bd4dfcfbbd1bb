/** Expressions as a list of operations in which nothing is computed twice: for evaluation, and for generated code. */
import type { At, Expression } from './expression.ts'
import { add, multiply, subtract } from './field.ts'

export type FlatNode =
  | Exclude<Expression, { readonly left: Expression }>
  /** Operands are earlier nodes. */
  | { readonly op: '+' | '-' | '*'; readonly left: number; readonly right: number }

export interface Flat {
  readonly nodes: readonly FlatNode[]
  /** The node of each expression. */
  readonly roots: readonly number[]
}

/** Left operands come first; equal nodes are one. */
export function flattened(expressions: readonly Expression[]): Flat {
  const nodes: FlatNode[] = []
  const byKey = new Map<string, number>()
  const known = new Map<Expression, number>()
  const added = (key: string, node: FlatNode): number => {
    const before = byKey.get(key)
    if (before !== undefined) return before
    byKey.set(key, nodes.length)
    return nodes.push(node) - 1
  }
  const visit = (of: Expression): number => {
    const before = known.get(of)
    if (before !== undefined) return before
    let index: number
    if ('left' in of) {
      const [left, right] = [visit(of.left), visit(of.right)]
      index = added(`${of.op} ${left} ${right}`, { op: of.op, left, right })
    } else if (of.op === 'constant') index = added(`constant ${of.value}`, of)
    else if (of.op === 'public') index = added(`public ${of.index}`, of)
    else index = added(`column ${of.index} ${of.row}`, of)
    known.set(of, index)
    return index
  }
  return { nodes, roots: expressions.map(visit) }
}

/** The value of every node. */
export function evaluated({ nodes }: Flat, { row, next, publics }: At): Float64Array {
  const values = new Float64Array(nodes.length)
  for (const [index, node] of nodes.entries()) {
    if (node.op === 'column') values[index] = (node.row === 0 ? row : next)[node.index]!
    else if (node.op === 'constant') values[index] = node.value
    else if (node.op === 'public') values[index] = publics[node.index]!
    else if (node.op === '+') values[index] = add(values[node.left]!, values[node.right]!)
    else if (node.op === '-') values[index] = subtract(values[node.left]!, values[node.right]!)
    else values[index] = multiply(values[node.left]!, values[node.right]!)
  }
  return values
}
