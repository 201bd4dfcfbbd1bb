/** The columns of expressions. */
import type { Expression } from './expression.ts'

/** Ids, each once. */
export function columnsOf(of: Expression): readonly number[] {
  const found = new Set<number>()
  const visit = (part: Expression): void => {
    if ('left' in part) {
      visit(part.left)
      visit(part.right)
    } else if (part.op === 'column') found.add(part.index)
  }
  visit(of)
  return [...found]
}
