/** Polynomials over the columns of a row as C: field elements, each computed once. */
import type { Expression } from '../../air/expression.ts'
import { flattened, type FlatNode } from '../../air/flat.ts'

const FUNCTIONS = { '+': 'field_add', '-': 'field_sub', '*': 'field_mul' } as const

export interface PolynomialText {
  readonly lines: readonly string[]
  /** C expressions of the polynomials, in their order. */
  readonly values: readonly string[]
}

/** @param columnText the C of a column of this row */
export function polynomialText(
  of: readonly Expression[],
  prefix: string,
  columnText: (column: number) => string,
): PolynomialText {
  const { nodes, roots } = flattened(of)
  const names: string[] = []
  const lines: string[] = []
  const text = (node: FlatNode): string => {
    switch (node.op) {
      case 'constant':
        return `${node.value}u`
      case 'column':
        return columnText(node.index)
      case 'public':
        throw new Error('a row of an instruction has no public values')
      default: {
        const name = `${prefix}${names.length}`
        lines.push(`const uint32_t ${name} = ${FUNCTIONS[node.op]}(${names[node.left]}, ${names[node.right]});`)
        return name
      }
    }
  }
  for (const node of nodes) names.push(text(node))
  return { lines, values: roots.map(root => names[root]!) }
}
