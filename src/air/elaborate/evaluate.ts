/** What an expression of the text means at its place. */
import { ONE, minus, substituted, times, type Expression } from '../expression.ts'
import { airError, type Place } from '../language/place.ts'
import type { Node, NodeOf, Range } from '../language/syntax.ts'
import { ORDER, wordConstant, wordFunctions, type Word, type WordFunction } from '../word.ts'
import { elementOf, indicesText, type Named } from './names.ts'
import { expression, number, operate, word, type Operation } from './operate.ts'
import { Scope, type Argument, type Declared } from './scope.ts'
import type { Side, Value } from './value.ts'

/** More than any AIR of a machine takes, by far. */
const MAX_STEPS = 4_000_000
const MAX_POWER = 64n
const MAX_CALLS = 64
/** Readers of polynomials and rules go down to their leaves. */
const MAX_DEPTH = 2048

const isWordFunction = (name: string): name is WordFunction => Object.hasOwn(wordFunctions, name)

/** Evaluates the expressions of one AIR. */
export class Evaluator {
  readonly declared: Declared
  /** How far down the leaves of a polynomial or a word are. */
  readonly #depths = new Map<object, number>()
  #steps = 0
  #calls = 0

  constructor(declared: Declared) {
    this.declared = declared
  }

  field(node: Node, scope: Scope): Expression {
    return expression(this.value(node, scope, 'constraint'), node.at)
  }

  word(node: Node, scope: Scope): Word {
    return word(this.value(node, scope, 'rule'), node.at)
  }

  number(node: Node, scope: Scope): bigint {
    return number(this.value(node, scope, 'constraint'), node.at)
  }

  list(node: Node, scope: Scope, side: Side): readonly Value[] {
    const value = this.value(node, scope, side)
    return Array.isArray(value) ? value : [value]
  }

  /** The numbers of a range, downwards where `down`; none where it is empty. */
  *range({ from, to }: Range, scope: Scope, down = false): Generator<bigint> {
    const [first, last] = [this.number(from, scope), this.number(to, scope)]
    for (let each = first; down ? each >= last : each <= last; each += down ? -1n : 1n) {
      this.step(from.at)
      yield each
    }
  }

  /** @throws RvrError where a text would go on for ever, or nearly so */
  step(at: Place): void {
    if (++this.#steps > MAX_STEPS) throw airError(at, `the AIR takes more than ${MAX_STEPS} steps to read`)
  }

  /** @throws RvrError where definitions call each other without end */
  called<Result>(at: Place, body: () => Result): Result {
    if (++this.#calls > MAX_CALLS) throw airError(at, `calls more than ${MAX_CALLS} deep`)
    const result = body()
    this.#calls--
    return result
  }

  value(node: Node, scope: Scope, side: Side): Value {
    this.step(node.at)
    switch (node.kind) {
      case 'number':
        return node.value
      case 'name':
      case 'index':
        return this.#named(node, scope, side)
      case 'slice':
        return this.#slice(node, scope, side)
      case 'call':
        return this.#call(node, scope, side)
      case 'sum':
        return this.#sum(this.#each(node.of, node.range, scope, side), node.at, side)
      case 'each':
        return this.#each(node.of, node.range, scope, side)
      case 'list':
        return node.items.flatMap(item => {
          const value = this.value(item.node, scope, side)
          return item.spread && Array.isArray(value) ? value : [value]
        })
      case 'unary':
        return this.#unary(node, scope, side)
      case 'power':
        return this.#power(node, scope, side)
      case 'binary':
        return this.#binary(node, scope, side)
      case 'choice':
        return this.#choice(node, scope, side)
    }
  }

  #operate(side: Side, operation: Operation, a: Value, b: Value): Value {
    const value = operate(side, operation, a, b)
    return this.#made(value, [a, b], operation.at)
  }

  /** @throws RvrError where a polynomial or a word is too deep */
  #made(value: Value, of: readonly Value[], at: Place): Value {
    if (typeof value !== 'object') return value
    let depth = 0
    for (const each of of) if (typeof each === 'object') depth = Math.max(depth, this.#depths.get(each) ?? 0)
    if (depth === MAX_DEPTH)
      throw airError(at, `operations more than ${MAX_DEPTH} deep`, 'Give parts columns of their own.')
    this.#depths.set(value, depth + 1)
    return value
  }

  #binary({ operator, left, right, at }: NodeOf<'binary'>, scope: Scope, side: Side): Value {
    const a = this.value(left, scope, side)
    // `j > 0 && x[j-1]`: what is not asked for need not exist.
    if (typeof a === 'bigint' && operator === '&&' && a === 0n) return 0n
    if (typeof a === 'bigint' && operator === '||' && a !== 0n) return 1n
    return this.#operate(side, { operator, at }, a, this.value(right, scope, side))
  }

  #choice({ condition, chosen, otherwise, at }: NodeOf<'choice'>, scope: Scope, side: Side): Value {
    const asked = this.value(condition, scope, side)
    if (typeof asked === 'bigint') return this.value(asked === 0n ? otherwise : chosen, scope, side)
    if (side === 'constraint') throw airError(at, 'a choice between polynomials needs a number as condition')
    const parts = [word(asked, at), this.word(chosen, scope), this.word(otherwise, scope)] as const
    return this.#made({ op: 'choice', condition: parts[0], chosen: parts[1], otherwise: parts[2] }, parts, at)
  }

  #unary({ operator, of, at }: NodeOf<'unary'>, scope: Scope, side: Side): Value {
    const value = this.value(of, scope, side)
    if (operator === '-') return this.#operate(side, { operator: '-', at }, 0n, value)
    if (operator === '!') return this.#operate(side, { operator: '==', at }, value, 0n)
    return this.#operate(side, { operator: '^', at }, word(value, at), 2n ** 64n - 1n)
  }

  #power({ of, exponent: node, at }: NodeOf<'power'>, scope: Scope, side: Side): Value {
    const base = this.value(of, scope, side)
    const exponent = this.number(node, scope)
    if (exponent < 0n || exponent > MAX_POWER) throw airError(at, `a power from 0 to ${MAX_POWER} was expected`)
    if (typeof base === 'bigint') return base ** exponent
    let result: Value = side === 'constraint' ? ONE : wordConstant(1n)
    for (let k = 0n; k < exponent; k++) result = this.#operate(side, { operator: '*', at }, result, base)
    return result
  }

  #slice({ of, from, to }: NodeOf<'slice'>, scope: Scope, side: Side): Value {
    const list = this.list(of, scope, side)
    const bound = (node: Node | undefined): number | undefined =>
      node === undefined ? undefined : Number(this.number(node, scope))
    return list.slice(bound(from), bound(to))
  }

  #each(of: Node, range: Range, scope: Scope, side: Side): readonly Value[] {
    const values: Value[] = []
    const inner = new Scope(scope)
    for (const each of this.range(range, scope)) {
      inner.numbers.set(range.variable, each)
      values.push(this.value(of, inner, side))
    }
    return values
  }

  #sum(values: readonly Value[], at: Place, side: Side): Value {
    return values.reduce((sum: Value, each) => this.#operate(side, { operator: '+', at }, sum, each), 0n)
  }

  #call({ name, args, at }: NodeOf<'call'>, scope: Scope, side: Side): Value {
    const definition = this.declared.definitions.get(name)
    if (definition?.value !== undefined) {
      const inner = this.calling(definition.parameters, args, scope, at)
      return this.called(at, () => this.value(definition.value!, inner, side))
    }
    if (name === 'sum' && args.length === 1) return this.#sum(this.list(args[0]!, scope, side), at, side)
    if (side === 'constraint' && name === 'next' && args.length === 1) {
      const here = this.field(args[0]!, scope)
      return this.#made(nextRow(here, at), [here], at)
    }
    if (side === 'rule' && name !== 'register' && !isWordFunction(name)) throw this.#unknown(name, args, at)
    const words = side === 'rule' ? args.map(each => this.word(each, scope)) : []
    if (side === 'rule' && name === 'register' && args.length === 1)
      return this.#made({ op: 'register', of: words[0]! }, words, at)
    if (side === 'rule' && isWordFunction(name) && args.length === wordFunctions[name])
      return this.#made({ op: 'call', name, args: words }, words, at)
    throw this.#unknown(name, args, at)
  }

  #unknown(name: string, args: readonly Node[], at: Place): Error {
    return airError(at, `nothing is called ${name} with ${args.length} arguments here`)
  }

  /** The scope of a call: arguments mean what they mean where the call stands. */
  calling(parameters: readonly string[], args: readonly Node[], scope: Scope, at: Place): Scope {
    if (parameters.length !== args.length)
      throw airError(at, `${args.length} arguments where ${parameters.length} were expected`)
    const inner = new Scope(scope)
    for (const [index, name] of parameters.entries()) inner.args.set(name, { node: args[index]!, scope, values: {} })
    return inner
  }

  /** `z`, `z[i]`, `next.z[i]`. */
  #named(node: Node, scope: Scope, side: Side): Value {
    const indices: bigint[] = []
    let root = node
    for (; root.kind === 'index'; root = root.of) indices.unshift(this.number(root.index, scope))
    if (root.kind !== 'name') return this.#elementOf(root, { indices, at: node.at }, scope, side)
    const isNext = side === 'constraint' && root.name.startsWith('next.')
    const name = isNext ? root.name.slice('next.'.length) : root.name
    const value = this.#lookedUp({ name, indices, at: node.at }, scope, side)
    if (value === undefined) throw airError(node.at, `${root.name}${indicesText(indices)} means nothing here`)
    return isNext ? mapped(value, each => nextRow(expression(each, node.at), node.at)) : value
  }

  /** An element of a list. Where the list is written out, the others are not looked at. */
  #elementOf(list: Node, { indices, at }: Omit<Named, 'name'>, scope: Scope, side: Side): Value {
    this.step(list.at)
    if (list.kind === 'call') {
      const definition = this.declared.definitions.get(list.name)
      if (definition?.value !== undefined) {
        const inner = this.calling(definition.parameters, list.args, scope, list.at)
        return this.called(at, () => this.#elementOf(definition.value!, { indices, at }, inner, side))
      }
    }
    if (list.kind === 'list' && indices.length > 0) {
      const item = list.items.some(({ spread }) => spread) ? undefined : list.items[Number(indices[0])]
      if (item !== undefined) return this.#elementOf(item.node, { indices: indices.slice(1), at }, scope, side)
    }
    return elementOf(this.value(list, scope, side), indices, at)
  }

  #lookedUp(named: Named, scope: Scope, side: Side): Value | undefined {
    const { name, indices, at } = named
    for (let here: Scope | undefined = scope; here !== undefined; here = here.caller) {
      const known = here.numbers.get(name)
      if (known !== undefined) return known
      const arg = here.args.get(name)
      if (arg !== undefined) return elementOf(this.#argument(arg, side), indices, at)
      if (side === 'rule') continue
      const value = here.lets.get(named)
      if (value !== undefined) return value
    }
    if (name === 'p') return ORDER
    return (side === 'constraint' ? this.declared.columns : this.declared.words).get(named)
  }

  #argument({ node, scope, values }: Argument, side: Side): Value {
    return (values[side] ??= this.value(node, scope, side))
  }
}

const mapped = (value: Value, change: (each: Value) => Value): Value =>
  Array.isArray(value) ? value.map(each => mapped(each, change)) : change(value)

/** @throws RvrError where the expression reads the next row already */
function nextRow(of: Expression, place: Place): Expression {
  return substituted(of, leaf => {
    if (leaf.op !== 'column') return leaf
    if (leaf.row === 1) throw airError(place, 'the row behind the next one is out of reach')
    return { ...leaf, row: 1 }
  })
}

/** e·(e − 1) */
export const boolean = (of: Expression): Expression => times(of, minus(of, ONE))
