/** The hash of a machine, from the constraints of its own AIR, which give each column by those before it. */
import type { Air } from '../../air/air.ts'
import type { Expression } from '../../air/expression.ts'
import { multiply, P } from '../../air/field.ts'
import { flattened } from '../../air/flat.ts'
import { RvrError } from '../../errors.ts'

/** Elements of a hash, and of what is hashed: two of them. */
export const HASH_LENGTH = 8

export type Hash = Uint32Array

/** A constraint `column − e`, whose column no constraint before it has. */
interface Step {
  readonly column: number
  /** Nodes of the column and of e. */
  readonly target: number
  readonly source: number
}

export class RowHasher {
  readonly #air: Air
  readonly #steps: readonly Step[]
  readonly #left: Int32Array
  readonly #right: Int32Array
  readonly #kinds: readonly string[]
  readonly #values: Float64Array
  /** Nodes of the input columns. */
  readonly #inputs: Int32Array
  readonly #outputs: readonly number[]
  readonly #inputAt: number
  readonly #row: Uint32Array

  /** @param bus index of the bus that the table provides: what is hashed, then the hash */
  constructor(air: Air, bus: number) {
    this.#air = air
    const { nodes, roots } = flattened(air.constraints.map(({ of }) => of))
    this.#kinds = nodes.map(({ op }) => op)
    this.#left = new Int32Array(nodes.length)
    this.#right = new Int32Array(nodes.length)
    this.#values = new Float64Array(nodes.length)
    const columns = new Map<number, number>()
    for (const [index, node] of nodes.entries()) {
      if ('left' in node) [this.#left[index], this.#right[index]] = [node.left, node.right]
      else if (node.op === 'constant') this.#values[index] = node.value
      else if (node.op === 'column') columns.set(node.index, index)
    }
    this.#steps = roots.map(root => {
      const target = this.#left[root]!
      const node = nodes[target]!
      if (this.#kinds[root] !== '-' || node.op !== 'column') throw this.#unfit()
      return { column: node.index, target, source: this.#right[root]! }
    })
    const provided = air.interactions.find(each => each.bus === bus)?.fields.map(columnOf)
    if (provided?.length !== 3 * HASH_LENGTH) throw this.#unfit()
    this.#inputAt = provided[0]!
    this.#inputs = Int32Array.from(provided.slice(0, 2 * HASH_LENGTH), column => columns.get(column) ?? -1)
    this.#outputs = provided.slice(2 * HASH_LENGTH)
    this.#row = new Uint32Array(air.columns.length)
  }

  #unfit(): RvrError {
    return new RvrError('MACHINE_INVALID', `the constraints of ${this.#air.name} do not give its columns in order`)
  }

  /** The row of an input, all columns but those that no constraint gives. It is overwritten by the next call. */
  row(input: ArrayLike<number>): Uint32Array {
    const values = this.#values
    const kinds = this.#kinds
    const left = this.#left
    const right = this.#right
    const row = this.#row
    for (let at = 0; at < this.#inputs.length; at++) {
      row[this.#inputAt + at] = input[at]!
      values[this.#inputs[at]!] = input[at]!
    }
    let node = 0
    for (const { column, target, source } of this.#steps) {
      for (; node <= source; node++) {
        const kind = kinds[node]
        if (kind === '*') values[node] = multiply(values[left[node]!]!, values[right[node]!]!)
        else if (kind === '+') values[node] = (values[left[node]!]! + values[right[node]!]!) % P
        else if (kind === '-') values[node] = (values[left[node]!]! - values[right[node]!]! + P) % P
      }
      row[column] = values[target] = values[source]!
    }
    return row
  }

  /** The hash of two hashes. */
  compress(left: ArrayLike<number>, right: ArrayLike<number>): Hash {
    const input = new Uint32Array(2 * HASH_LENGTH)
    input.set(left)
    input.set(right, HASH_LENGTH)
    const row = this.row(input)
    return Uint32Array.from(this.#outputs, column => row[column]!)
  }
}

function columnOf(of: Expression): number {
  return of.op === 'column' ? of.index : -1
}
