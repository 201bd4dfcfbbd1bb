/** What a row is filled by: expressions over words of 64 bits, which wrap. JavaScript evaluates them, C prints them. */
import { P, element, inverse } from './field.ts'

/** Comparisons, quotients and shifts to the right are of unsigned words. A shift by 64 or more is 0, and x / 0 is. */
export type WordOperator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '&'
  | '|'
  | '^'
  | '<<'
  | '>>'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='

export const wordFunctions = {
  /** The low bits of a word, as many as the second says, with the highest of them as sign. */
  signed: 2,
  /** Quotient and remainder of signed words, towards 0; of anything by 0 it is 0. */
  sdiv: 2,
  srem: 2,
  /** Is the one less than the other, as signed words? */
  slt: 2,
  /** Shift to the right that keeps the sign. */
  sar: 2,
  /** 1 over a field element, and 0 for 0. */
  inv: 1,
  /** Position of the highest bit that is 1. */
  log2: 1,
} as const satisfies Readonly<Record<string, number>>
export type WordFunction = keyof typeof wordFunctions

export type Word =
  | { readonly op: 'constant'; readonly value: bigint }
  /** What the row is about: `index` counts in the AIR's inputs. */
  | { readonly op: 'input'; readonly index: number }
  /** Content of a block before an access, and the time of the one before; both 0 if the access is switched off. */
  | { readonly op: 'old' | 'last'; readonly access: number }
  /** Content of a register, without an access. */
  | { readonly op: 'register'; readonly of: Word }
  | { readonly op: 'binary'; readonly operator: WordOperator; readonly left: Word; readonly right: Word }
  | { readonly op: 'call'; readonly name: WordFunction; readonly args: readonly Word[] }
  /** Only the side that is chosen is evaluated. */
  | { readonly op: 'choice'; readonly condition: Word; readonly chosen: Word; readonly otherwise: Word }

export const wordConstant = (value: bigint): Word => ({ op: 'constant', value: BigInt.asUintN(64, value) })

/** What words are evaluated on. */
export interface WordSource {
  input(index: number): bigint
  old(access: number): bigint
  last(access: number): bigint
  register(number: bigint): bigint
}

const wrap = (value: bigint): bigint => BigInt.asUintN(64, value)
const signed = (value: bigint): bigint => BigInt.asIntN(64, value)
const truth = (value: boolean): bigint => (value ? 1n : 0n)

const binary: Readonly<Record<WordOperator, (a: bigint, b: bigint) => bigint>> = {
  '+': (a, b) => wrap(a + b),
  '-': (a, b) => wrap(a - b),
  '*': (a, b) => wrap(a * b),
  '/': (a, b) => (b === 0n ? 0n : a / b),
  '%': (a, b) => (b === 0n ? 0n : a % b),
  '&': (a, b) => a & b,
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
  '<<': (a, b) => (b > 63n ? 0n : wrap(a << b)),
  '>>': (a, b) => (b > 63n ? 0n : a >> b),
  '==': (a, b) => truth(a === b),
  '!=': (a, b) => truth(a !== b),
  '<': (a, b) => truth(a < b),
  '<=': (a, b) => truth(a <= b),
  '>': (a, b) => truth(a > b),
  '>=': (a, b) => truth(a >= b),
}

const functions: Readonly<Record<WordFunction, (a: bigint, b: bigint) => bigint>> = {
  signed: (a, b) => (b > 63n ? a : wrap(BigInt.asIntN(Number(b), a))),
  sdiv: (a, b) => (b === 0n ? 0n : wrap(signed(a) / signed(b))),
  srem: (a, b) => (b === 0n ? 0n : wrap(signed(a) % signed(b))),
  slt: (a, b) => truth(signed(a) < signed(b)),
  sar: (a, b) => wrap(signed(a) >> (b > 63n ? 63n : b)),
  inv: a => BigInt(inverse(columnValue(a))),
  log2: a => BigInt(a.toString(2).length - 1),
}

/** The field element of a word that goes into a column: the word as a signed number, modulo p. */
export const columnValue = (word: bigint): number => element(signed(word))

/** Operators on words that are known. */
export const applied = (operator: WordOperator, a: bigint, b: bigint): bigint => binary[operator](a, b)

/** The value of each word that is asked for; parts that they share are computed once. */
export function wordEvaluator(source: WordSource): (word: Word) => bigint {
  const known = new Map<Word, bigint>()
  const compute = (word: Word): bigint => {
    switch (word.op) {
      case 'constant':
        return word.value
      case 'input':
        return wrap(source.input(word.index))
      case 'old':
        return source.old(word.access)
      case 'last':
        return source.last(word.access)
      case 'register':
        return source.register(visit(word.of))
      case 'binary':
        return binary[word.operator](visit(word.left), visit(word.right))
      case 'call':
        return functions[word.name](visit(word.args[0]!), word.args.length > 1 ? visit(word.args[1]!) : 0n)
      case 'choice':
        return visit(visit(word.condition) === 0n ? word.otherwise : word.chosen)
    }
  }
  const visit = (word: Word): bigint => {
    const before = known.get(word)
    if (before !== undefined) return before
    const value = compute(word)
    known.set(word, value)
    return value
  }
  return visit
}

/** The field's order, as rules name it. */
export const ORDER = BigInt(P)
