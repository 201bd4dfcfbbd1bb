/** Polynomials on the rows of a matrix: the operations of an AIR as typed arrays, row after row in the same memory. */
import type { Expression } from './expression.ts'
import { multiply, P } from './field.ts'
import { flattened, type Flat } from './flat.ts'

const COLUMN = 0
const NEXT = 1
const FIXED = 2
const PUBLIC = 3
const ADD = 4
const SUBTRACT = 5
const MULTIPLY = 6

const operations = { '+': ADD, '-': SUBTRACT, '*': MULTIPLY } as const

/** Rows of a table, and what stands beside them. */
export interface Rows {
  readonly cells: ArrayLike<number>
  readonly width: number
  readonly height: number
  readonly publics: ArrayLike<number>
}

/** Computes expressions on a row at a time. */
export class RowEvaluator {
  readonly #roots: Int32Array
  readonly #kinds: Uint8Array
  readonly #left: Int32Array
  readonly #right: Int32Array
  readonly #values: Float64Array

  constructor(expressions: readonly Expression[]) {
    const { nodes, roots }: Flat = flattened(expressions)
    this.#roots = Int32Array.from(roots)
    this.#kinds = new Uint8Array(nodes.length)
    this.#left = new Int32Array(nodes.length)
    this.#right = new Int32Array(nodes.length)
    this.#values = new Float64Array(nodes.length)
    for (const [index, node] of nodes.entries()) {
      if (node.op === 'constant') {
        this.#kinds[index] = FIXED
        this.#values[index] = node.value
      } else if (node.op === 'column') {
        this.#kinds[index] = node.row === 0 ? COLUMN : NEXT
        this.#left[index] = node.index
      } else if (node.op === 'public') {
        this.#kinds[index] = PUBLIC
        this.#left[index] = node.index
      } else {
        this.#kinds[index] = operations[node.op]
        this.#left[index] = node.left
        this.#right[index] = node.right
      }
    }
  }

  /** Evaluates all expressions on a row; the last one's next is the first. */
  at({ cells, width, height, publics }: Rows, row: number): void {
    const kinds = this.#kinds
    const left = this.#left
    const right = this.#right
    const values = this.#values
    const here = row * width
    const next = row + 1 === height ? 0 : here + width
    for (let index = 0; index < kinds.length; index++) {
      const kind = kinds[index]!
      if (kind === MULTIPLY) values[index] = multiply(values[left[index]!]!, values[right[index]!]!)
      else if (kind === ADD) {
        const sum = values[left[index]!]! + values[right[index]!]!
        values[index] = sum >= P ? sum - P : sum
      } else if (kind === SUBTRACT) {
        const difference = values[left[index]!]! - values[right[index]!]!
        values[index] = difference < 0 ? difference + P : difference
      } else if (kind === COLUMN) values[index] = cells[here + left[index]!]!
      else if (kind === NEXT) values[index] = cells[next + left[index]!]!
      else if (kind === PUBLIC) values[index] = publics[left[index]!]!
    }
  }

  /** The expression of that place in the list, on the row that was evaluated last. */
  value(expression: number): number {
    return this.#values[this.#roots[expression]!]!
  }
}
