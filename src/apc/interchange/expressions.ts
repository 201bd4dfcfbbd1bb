/** Polynomials as interchange files write them: numbers, columns as name@id, operations in infix order. */
import { constant, minus, negative, plus, times, type Expression } from '../../air/expression.ts'
import { P } from '../../air/field.ts'
import { malformed } from './malformed.ts'

export type Written = number | string | readonly ['-', Written] | readonly [Written, '+' | '-' | '*', Written]

/** Operations inside one another; what is deeper is refused before it fills the stack. */
const MAX_DEPTH = 2000
/** Ids that a file may have; large blocks have some hundred thousand columns. */
const MAX_ID = 1 << 24

/** Columns that a file names, each with one name. */
export class ColumnNames {
  readonly names = new Map<number, string>()
  readonly #known = new Map<string, number>()
  readonly #limit: number

  constructor(limit: number) {
    this.#limit = limit
  }

  /** The id behind name@id. @throws RvrError `INPUT_INVALID` */
  id(text: string, at: string): number {
    const before = this.#known.get(text)
    if (before !== undefined) return before
    const split = text.lastIndexOf('@')
    const digits = text.slice(split + 1)
    const id = /^\d{1,8}$/.test(digits) ? Number(digits) : -1
    if (split <= 0 || id < 0 || id >= MAX_ID) throw malformed(at, 'a column as name@id was expected')
    if (this.names.has(id)) throw malformed(at, `column ${id} has two names`)
    if (this.names.size === this.#limit) throw malformed(at, `more than ${this.#limit} columns`)
    this.names.set(id, text.slice(0, split))
    this.#known.set(text, id)
    return id
  }
}

const operations = { '+': plus, '-': minus, '*': times } as const

/** @throws RvrError `INPUT_INVALID` with the place in the file */
export function readExpression(written: unknown, columns: ColumnNames, at: string): Expression {
  const visit = (of: unknown, depth: number): Expression => {
    if (typeof of === 'number') {
      // Some writers have negative numbers for what is received.
      if (!Number.isInteger(of) || of <= -P || of >= P) throw malformed(at, `${of} is no canonical field element`)
      return constant(of < 0 ? of + P : of)
    }
    if (typeof of === 'string') return { op: 'column', index: columns.id(of, at), row: 0 }
    if (depth === MAX_DEPTH) throw malformed(at, `more than ${MAX_DEPTH} operations inside one another`)
    if (Array.isArray(of) && of.length === 2 && of[0] === '-') return negative(visit(of[1], depth + 1))
    const operation = Array.isArray(of) && of.length === 3 ? operations[of[1] as '+'] : undefined
    if (operation === undefined) throw malformed(at, 'a number, a column or an operation was expected')
    const [left, , right] = of as readonly unknown[]
    return operation(visit(left, depth + 1), visit(right, depth + 1))
  }
  return visit(written, 0)
}

/** @param names of columns by id */
export function writtenExpression(of: Expression, names: ReadonlyMap<number, string>): Written {
  if (of.op === 'constant') return of.value
  if (of.op === 'column') return `${names.get(of.index)!}@${of.index}`
  if (of.op === 'public') throw new Error('a block has no public values')
  return [writtenExpression(of.left, names), of.op, writtenExpression(of.right, names)]
}
