/** Expressions of an `airs.json`, flattened: the left operand first, operands before what is made of them. */
import { airsInvalid } from './fault.ts'
import { elementOf, indexIn, numberOf, type Named } from './fields.ts'
import { NodeList, type Op } from './nodes.ts'

/** The highest degree of a constraint, and so of each of its parts. */
export const MAX_DEGREE = 3
/** Operations one inside another: the reader calls itself. */
const MAX_DEPTH = 2048

/** What expressions of an AIR may name. */
export interface Names {
  readonly main: Named
  readonly fixed: Named
  readonly publics: Named
}

const binary: Readonly<Record<string, Op>> = { '+': 'add', '-': 'subtract', '*': 'multiply' }

export class Flattener {
  readonly list = new NodeList()
  readonly #names: Names
  /** Nodes of the definitions so far. */
  readonly #definitions: number[] = []

  constructor(names: Names) {
    this.#names = names
  }

  define(expression: unknown, place: string): void {
    this.#definitions.push(this.add(expression, place))
  }

  /**
   * The node of an expression.
   *
   * @throws RvrError `MACHINE_INVALID`
   */
  add(expression: unknown, place: string, depth = 0): number {
    if (typeof expression === 'number') return this.list.add('constant', elementOf(expression, place))
    if (!Array.isArray(expression)) throw airsInvalid(place, expression, 'a number or a list that begins with a name')
    if (depth > MAX_DEPTH) throw airsInvalid(place, expression, `at most ${MAX_DEPTH} operations one inside another`)
    const [name, ...operands] = expression as readonly unknown[]
    const [first, second] = operands
    const expect = (least: number, most: number): void => {
      if (operands.length >= least && operands.length <= most) return
      const wanted = least === most ? `${least}` : `${least} to ${most}`
      throw airsInvalid(place, expression, `${wanted} operands of ${JSON.stringify(name)}`)
    }
    const at = (index: number): string => `${place}[${index}]`
    switch (name) {
      case 'c':
        expect(1, 1)
        return this.list.add('constant', elementOf(first, at(1)))
      case 'm':
      case 'p': {
        expect(1, 2)
        const [op, columns] =
          name === 'm' ? (['main', this.#names.main] as const) : (['fixed', this.#names.fixed] as const)
        const row = second === undefined ? 0 : numberOf(second, at(2), [0, 1])
        return this.list.add(op, indexIn(first, at(1), columns), row)
      }
      case 'v':
        expect(1, 1)
        return this.list.add('public', indexIn(first, at(1), this.#names.publics))
      case 'd':
        expect(1, 1)
        return this.#definitions[indexIn(first, at(1), { count: this.#definitions.length, names: new Map() })]!
      case 'first':
      case 'last':
      case 'trans':
        expect(0, 0)
        return this.list.add(name)
      case 'neg':
        expect(1, 1)
        return this.list.add('negate', this.add(first, at(1), depth + 1))
    }
    const op = typeof name === 'string' ? binary[name] : undefined
    if (op === undefined) throw airsInvalid(at(0), name, 'c, m, p, v, d, first, last, trans, neg, +, - or *')
    expect(2, Infinity)
    let node = this.add(first, at(1), depth + 1)
    for (const [index, operand] of operands.entries()) {
      if (index === 0) continue
      node = this.#checked(this.list.add(op, node, this.add(operand, at(index + 1), depth + 1)), expression, place)
    }
    return node
  }

  #checked(node: number, expression: unknown, place: string): number {
    const { degree, trans } = this.list.nodes[node]!
    if (degree > MAX_DEGREE) throw airsInvalid(place, expression, `degree ${MAX_DEGREE} at most, and it is ${degree}`)
    if (trans > 1) throw airsInvalid(place, expression, 'one factor trans at most')
    return node
  }
}
