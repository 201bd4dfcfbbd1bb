/** Words with what is known of their inputs worked in: constants, and bounds of what is not constant. */
import { applied, wordConstant, wordEvaluator, type Word, type WordOperator } from '../../air/word.ts'

const ZERO = wordConstant(0n)
const ONE = wordConstant(1n)
const ALL = 2n ** 64n - 1n

export const isConstant = (word: Word): word is Extract<Word, { op: 'constant' }> => word.op === 'constant'
const isValue = (word: Word, value: bigint): boolean => isConstant(word) && word.value === value

/** What is known of the words of a row before there is one. */
export interface Known {
  /** In the place of a leaf; undefined: it stays. */
  readonly leaf: (word: Word) => Word | undefined
  /** The greatest value that a leaf can have. */
  readonly most: (word: Word) => bigint
  /** Leaves that are never 0. */
  readonly isNeverZero: (word: Word) => boolean
}

const none = (): bigint => 0n
const evaluate = (word: Word): bigint => wordEvaluator({ input: none, old: none, last: none, register: none })(word)

/** Works facts into words; parts that words share stay shared. */
export class Folder {
  readonly #known: Known
  readonly #folded = new Map<Word, Word>()
  readonly #most = new Map<Word, bigint>()

  constructor(known: Known) {
    this.#known = known
  }

  fold(word: Word): Word {
    const before = this.#folded.get(word)
    if (before !== undefined) return before
    const result = this.#fold(word)
    this.#folded.set(word, result)
    return result
  }

  #fold(word: Word): Word {
    const replaced = this.#known.leaf(word)
    if (replaced !== undefined) return replaced
    switch (word.op) {
      case 'binary':
        return this.#binary(word.operator, this.fold(word.left), this.fold(word.right))
      case 'call': {
        const args = word.args.map(arg => this.fold(arg))
        const call: Word = { ...word, args }
        return args.every(isConstant) ? wordConstant(evaluate(call)) : call
      }
      case 'choice': {
        const condition = this.fold(word.condition)
        if (isConstant(condition)) return this.fold(condition.value === 0n ? word.otherwise : word.chosen)
        return { ...word, condition, chosen: this.fold(word.chosen), otherwise: this.fold(word.otherwise) }
      }
      case 'register':
        return { ...word, of: this.fold(word.of) }
      default:
        return word
    }
  }

  #binary(operator: WordOperator, left: Word, right: Word): Word {
    if (isConstant(left) && isConstant(right)) return wordConstant(applied(operator, left.value, right.value))
    const isNeutral = isValue(right, 0n) && ['+', '-', '|', '^', '<<', '>>'].includes(operator)
    if (isNeutral || (isValue(right, 1n) && ['*', '/'].includes(operator))) return left
    if (isValue(left, 0n) && ['+', '|', '^'].includes(operator)) return right
    if (isValue(left, 1n) && operator === '*') return right
    if ((isValue(left, 0n) || isValue(right, 0n)) && ['*', '&'].includes(operator)) return ZERO
    if (isValue(right, 0n) && operator === '!=' && this.#isNeverZero(left)) return ONE
    if (operator === '/' && isConstant(right)) return this.quotient(left, right.value)
    return { op: 'binary', operator, left, right }
  }

  /** A folded word over a constant that is not 0: a multiple of that is divided here. */
  quotient(word: Word, divisor: bigint): Word {
    if (isConstant(word)) return wordConstant(word.value / divisor)
    if (word.op === 'binary' && word.operator === '*') {
      const [factor, of] = isConstant(word.left) ? [word.left, word.right] : [word.right, word.left]
      if (isConstant(factor) && factor.value % divisor === 0n && this.most(of) * factor.value <= ALL)
        return this.#binary('*', of, wordConstant(factor.value / divisor))
    }
    return { op: 'binary', operator: '/', left: word, right: wordConstant(divisor) }
  }

  /** The greatest value that a folded word can have. */
  most(word: Word): bigint {
    const before = this.#most.get(word)
    if (before !== undefined) return before
    const most = this.#bound(word)
    const result = most > ALL ? ALL : most
    this.#most.set(word, result)
    return result
  }

  #bound(word: Word): bigint {
    switch (word.op) {
      case 'constant':
        return word.value
      case 'choice': {
        const [chosen, otherwise] = [this.most(word.chosen), this.most(word.otherwise)]
        return chosen > otherwise ? chosen : otherwise
      }
      case 'call':
        return { slt: 1n, log2: 63n, inv: 2n ** 31n }[word.name as string] ?? ALL
      case 'binary':
        return boundOf(word.operator, this.most(word.left), this.most(word.right), word.right)
      default:
        return this.#known.most(word)
    }
  }

  #isNeverZero(word: Word): boolean {
    return this.#known.isNeverZero(word) || (isConstant(word) && word.value !== 0n)
  }
}

const ones = (value: bigint): bigint => 2n ** BigInt(value.toString(2).length) - 1n

function boundOf(operator: WordOperator, a: bigint, b: bigint, right: Word): bigint {
  switch (operator) {
    case '+':
      return a + b
    case '*':
      return a * b
    case '&':
      return a < b ? a : b
    case '|':
    case '^':
      return ones(a > b ? a : b)
    case '>>':
      return isConstant(right) ? applied('>>', a, right.value) : a
    case '<<':
      return isConstant(right) && right.value < 64n ? a << right.value : ALL
    case '/':
      return isConstant(right) ? applied('/', a, right.value) : a
    case '%':
      return isConstant(right) && right.value > 0n && right.value <= a ? right.value - 1n : a
    case '-':
      return ALL
    default:
      return 1n
  }
}

const texts = new WeakMap<Word, string>()

/** Equal words have equal texts. */
export function textOf(word: Word): string {
  const known = texts.get(word)
  if (known !== undefined) return known
  const text = spelled(word)
  texts.set(word, text)
  return text
}

function spelled(word: Word): string {
  switch (word.op) {
    case 'constant':
      return String(word.value)
    case 'input':
      return `in${word.index}`
    case 'old':
    case 'last':
      return `${word.op}${word.access}`
    case 'register':
      return `x(${textOf(word.of)})`
    case 'binary':
      return `(${textOf(word.left)} ${word.operator} ${textOf(word.right)})`
    case 'call':
      return `${word.name}(${word.args.map(textOf).join(', ')})`
    case 'choice':
      return `(${textOf(word.condition)} ? ${textOf(word.chosen)} : ${textOf(word.otherwise)})`
  }
}
