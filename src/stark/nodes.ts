/** Polynomials of an AIR as a list of operations in which equal ones are one: what a key has of them. */

/** Numbers of operations, as keys have them. */
export const ops = {
  constant: 0,
  main: 1,
  fixed: 2,
  public: 3,
  first: 4,
  last: 5,
  trans: 6,
  add: 8,
  subtract: 9,
  multiply: 10,
  negate: 11,
} as const
export type Op = keyof typeof ops

export interface Node {
  readonly op: Op
  /** Value, column, public value, or the first operand: an earlier node. */
  readonly a: number
  /** Row of a column, 0 or 1, or the second operand. */
  readonly b: number
  /** In columns: `first` and `last` count as one, `trans` not at all. */
  readonly degree: number
  /** Factors `trans`, of its terms the most. */
  readonly trans: number
}

export class NodeList {
  readonly nodes: Node[] = []
  readonly #known = new Map<string, number>()

  /** The node's index: that of an earlier one, where there is an equal one. */
  add(op: Op, a = 0, b = 0): number {
    const key = `${op} ${a} ${b}`
    const before = this.#known.get(key)
    if (before !== undefined) return before
    this.#known.set(key, this.nodes.length)
    return this.nodes.push({ op, a, b, ...this.#sizeOf(op, a, b) }) - 1
  }

  #sizeOf(op: Op, a: number, b: number): Pick<Node, 'degree' | 'trans'> {
    if (op === 'constant' || op === 'public') return { degree: 0, trans: 0 }
    if (op === 'trans') return { degree: 0, trans: 1 }
    if (op === 'main' || op === 'fixed' || op === 'first' || op === 'last') return { degree: 1, trans: 0 }
    const left = this.nodes[a]!
    if (op === 'negate') return { degree: left.degree, trans: left.trans }
    const right = this.nodes[b]!
    if (op === 'multiply') return { degree: left.degree + right.degree, trans: left.trans + right.trans }
    return { degree: Math.max(left.degree, right.degree), trans: Math.max(left.trans, right.trans) }
  }
}
