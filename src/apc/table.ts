/** What follows from a message being in a table, read off the function that says what the table holds. */
import type { Bus } from '../air/air.ts'
import { add } from '../air/field.ts'
import { applied, wordEvaluator, type Word } from '../air/word.ts'

export interface TableFacts {
  /** By field: it is below this. */
  readonly bounds: ReadonlyMap<number, number>
  /** Fields that others determine: `field` is `of`. */
  readonly equations: readonly { readonly field: number; readonly of: Word }[]
  /** Bounds and equations are all that the table asks for. */
  readonly complete: boolean
  /** No such message is in it. */
  readonly impossible: boolean
}

/** Values of fields, where they are known. */
export type KnownFields = readonly (number | undefined)[]

const none = (): bigint => 0n

/** The value of a word, if the fields that it needs are known. */
function valueOf(word: Word, known: KnownFields): bigint | undefined {
  switch (word.op) {
    case 'constant':
      return word.value
    case 'input': {
      const value = known[word.index]
      return value === undefined ? undefined : BigInt(value)
    }
    case 'binary': {
      const left = valueOf(word.left, known)
      const right = left === undefined ? undefined : valueOf(word.right, known)
      return left === undefined || right === undefined ? undefined : applied(word.operator, left, right)
    }
    case 'choice': {
      const condition = valueOf(word.condition, known)
      return condition === undefined ? undefined : valueOf(condition === 0n ? word.otherwise : word.chosen, known)
    }
    default:
      return undefined
  }
}

/** Is the word 0 or 1 with what decides that in another one? */
const isZero = (word: Word): boolean => word.op === 'constant' && word.value === 0n

class Reading {
  readonly bounds = new Map<number, number>()
  readonly equations: { field: number; of: Word }[] = []
  complete = true
  impossible = false
  readonly #known: KnownFields

  constructor(known: KnownFields) {
    this.#known = known
  }

  /** Takes down what follows from the word being true. */
  take(word: Word): void {
    const value = valueOf(word, this.#known)
    if (value !== undefined) {
      if (value === 0n) this.impossible = true
    } else if (word.op === 'choice') this.#choice(word)
    else if (word.op === 'binary') this.#comparison(word)
    else this.complete = false
  }

  #choice({ condition, chosen, otherwise }: Word & { readonly op: 'choice' }): void {
    const decided = valueOf(condition, this.#known)
    if (decided !== undefined) this.take(decided === 0n ? otherwise : chosen)
    else if (isZero(otherwise)) {
      this.take(condition)
      this.take(chosen)
    } else this.complete = false
  }

  #comparison({ operator, left, right }: Word & { readonly op: 'binary' }): void {
    if (operator === '!=' && isZero(right)) return this.take(left)
    if (operator === '==' && left.op === 'input') return void this.equations.push({ field: left.index, of: right })
    const limit = left.op === 'input' ? this.#greatest(right) : undefined
    if (left.op !== 'input' || limit === undefined || (operator !== '<' && operator !== '<=')) {
      this.complete = false
      return
    }
    if (valueOf(right, this.#known) === undefined) this.complete = false
    const bound = operator === '<' ? limit : limit + 1
    this.bounds.set(left.index, Math.min(bound, this.bounds.get(left.index) ?? Infinity))
  }

  /** The greatest value that a word may have; undefined where nothing bounds it. */
  #greatest(word: Word): number | undefined {
    const value = valueOf(word, this.#known)
    if (value !== undefined) return Number(value)
    if (word.op === 'input') {
      const bound = this.bounds.get(word.index)
      return bound === undefined ? undefined : bound - 1
    }
    if (word.op !== 'binary') return undefined
    const [left, right] = [this.#greatest(word.left), this.#greatest(word.right)]
    if (left === undefined || right === undefined) return undefined
    if (word.operator === '<<') return left * 2 ** right
    if (word.operator !== '^' && word.operator !== '|') return undefined
    return 2 ** Math.ceil(Math.log2(Math.max(left, right) + 1)) - 1
  }

  /** A field that equals bounded ones is bounded. */
  boundEquations(): void {
    for (const { field, of } of this.equations) {
      const limit = this.#greatest(of)
      if (limit === undefined) continue
      this.bounds.set(field, Math.min(limit + 1, this.bounds.get(field) ?? Infinity))
    }
  }
}

const memo = new WeakMap<Word, Map<string, TableFacts>>()

/** @param known of each field its value, if that is known */
export function tableFacts({ table }: Bus, known: KnownFields): TableFacts {
  if (table === undefined) return { bounds: new Map(), equations: [], complete: false, impossible: false }
  let byKnown = memo.get(table)
  if (byKnown === undefined) memo.set(table, (byKnown = new Map()))
  const key = known.join()
  const before = byKnown.get(key)
  if (before !== undefined) return before
  const reading = new Reading(known)
  reading.take(table)
  reading.boundEquations()
  byKnown.set(key, reading)
  return reading
}

const outputs = new WeakMap<Word, Map<string, readonly number[]>>()

/** Values that an equation gives where the fields that are undefined go up together from a value: so many of them. */
export function outputsOf(
  of: Word,
  fields: readonly (number | undefined)[],
  { from, count }: { readonly from: number; readonly count: number },
): readonly number[] {
  let known = outputs.get(of)
  if (known === undefined) outputs.set(of, (known = new Map()))
  const key = `${fields.join()}:${from},${count}`
  let found = known.get(key)
  if (found === undefined) {
    found = Array.from({ length: count }, (_, step) =>
      equationValue(
        of,
        fields.map(each => each ?? add(from, step)),
      ),
    )
    known.set(key, found)
  }
  return found
}

/** The value that an equation gives a field, where all others are known. */
export const equationValue = (of: Word, fields: readonly number[]): number =>
  Number(wordEvaluator({ input: index => BigInt(fields[index]!), old: none, last: none, register: none })(of))
