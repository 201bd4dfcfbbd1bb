/** Pairs of 32-bit values that are the halves of one 64-bit value, and how each is computed from others. */
import { and, or, sar, shl, shr, xor, type BlockValues } from './values.ts'

/**
 * How a pair is computed. `combine` puts two values together, `load` reads both words at once, `extend` and
 * `extendSigned` extend a value.
 */
export type PairKind =
  | 'combine'
  | 'load'
  | 'extend'
  | 'extendSigned'
  | 'and'
  | 'or'
  | 'xor'
  | 'rotate'
  | 'left'
  | 'right'
  | 'rightSigned'
  | 'add'
  | 'sub'
  | 'mul'
  | 'mulSigned'
  | 'mulMixed'

/** An operand: the halves it has to deliver. */
export interface Halves {
  readonly low: number
  readonly high: number
}

export interface Pair {
  kind: PairKind
  /** The halves; -1 for a half that no instruction computes. Which one is low is not settled before `fixed`. */
  low: number
  high: number
  fixed: boolean
  /** Operands of the operation: 64-bit ones in the orientation of low and high. */
  operands: readonly Halves[]
  /** Amount of a shift or rotation. */
  amount: number
  /** Values multiplied. */
  readonly factors: readonly [number, number] | undefined
  forgotten: boolean
}

/** A pair whose operation is known; it is fixed unless that is said. */
export interface KnownPair
  extends Pick<Pair, 'kind' | 'low' | 'high'>, Partial<Pick<Pair, 'operands' | 'amount' | 'fixed'>> {
  readonly factors?: readonly [number, number]
}

const isBitwise = (op: number): boolean => op === and || op === or || op === xor
const kinds = new Map<number, PairKind>([
  [and, 'and'],
  [or, 'or'],
  [xor, 'xor'],
])
/** Values with more users are looked at no further. */
const MANY = 8
const KNOWN = 8
const UNLIKELY = -4

export class PairGraph {
  readonly values: BlockValues
  readonly pairs: Pair[] = []
  /** The pair that a value is a half of. */
  readonly pairOf: (Pair | undefined)[] = []
  /** 1 for values that only help to compute a pair's half: carries, shifted halves, partial sums. */
  readonly helper: number[] = []
  readonly #known = new Map<number, Pair>()
  readonly #grow: Pair[] = []

  constructor(values: BlockValues) {
    this.values = values
  }

  /** The pair with these halves, in either order. */
  find(one: number, other: number): Pair | undefined {
    return this.#known.get(one < other ? one * 0x10000 + other : other * 0x10000 + one)
  }

  /** Adds a pair whose operation is known. */
  add({ kind, low, high, operands = [], amount = 0, factors, fixed = true }: KnownPair): Pair {
    const before = low < 0 || high < 0 ? undefined : this.find(low, high)
    const pair: Pair = before ?? { kind, low, high, fixed, operands, amount, factors, forgotten: false }
    if (before !== undefined) Object.assign(before, { kind, low, high, fixed, operands, amount, factors })
    else this.#register(pair)
    this.#grow.push(pair)
    return pair
  }

  /** Takes a pair out that another one replaces. */
  forget(pair: Pair): void {
    this.#known.delete(pair.low < pair.high ? pair.low * 0x10000 + pair.high : pair.high * 0x10000 + pair.low)
    if (this.pairOf[pair.low] === pair) this.pairOf[pair.low] = undefined
    if (this.pairOf[pair.high] === pair) this.pairOf[pair.high] = undefined
    pair.forgotten = true
  }

  #register(pair: Pair): void {
    const { low, high } = pair
    this.pairs.push(pair)
    if (low >= 0 && high >= 0) this.#known.set(low < high ? low * 0x10000 + high : high * 0x10000 + low, pair)
    if (low >= 0 && !this.values.isConstant(low)) this.pairOf[low] ??= pair
    if (high >= 0 && !this.values.isConstant(high)) this.pairOf[high] ??= pair
  }

  /** The pair that delivers an operand; undefined for a constant. */
  supply({ low, high }: Halves, fixed: boolean): Pair | undefined {
    const { values } = this
    if (values.isConstant(low) && values.isConstant(high)) return undefined
    const known = this.find(low, high)
    if (known !== undefined) return known
    const kind = this.#leafKind(low, high, fixed)
    const swapped = kind === 'load' && values.adjacent.get(low) !== high
    const pair: Pair = {
      kind,
      low: swapped ? high : low,
      high: swapped ? low : high,
      fixed: fixed || kind !== 'combine',
      operands: [],
      amount: 0,
      factors: undefined,
      forgotten: false,
    }
    if (kind === 'extend') {
      this.pairs.push(pair)
      this.#known.set(low, pair)
      return pair
    }
    if (kind === 'left') {
      pair.operands = [{ low: values.a[low]!, high: 0 }]
      pair.amount = values.a[values.b[low]!]!
    }
    const isFree =
      this.pairOf[low] === undefined &&
      this.pairOf[high] === undefined &&
      !values.isConstant(low) &&
      !values.isConstant(high)
    this.#register(pair)
    if (isFree) this.#grow.push(pair)
    return pair
  }

  #leafKind(low: number, high: number, fixed: boolean): PairKind {
    const { values } = this
    const { op, a, b, adjacent } = values
    if (high === 0) return 'extend'
    if (adjacent.get(low) === high || (!fixed && adjacent.get(high) === low)) return 'load'
    if (!values.isConstant(b[high]!)) return 'combine'
    if (op[high] === sar && a[high] === low && a[b[high]!] === 31) return 'extendSigned'
    if (
      op[low] === shl &&
      op[high] === shr &&
      a[low] === a[high] &&
      values.isConstant(b[low]!) &&
      a[b[low]!]! + a[b[high]!]! === 32
    )
      return 'left'
    return 'combine'
  }

  /** Follows operands and users until nothing new is found; guesses only where nothing is known any more. */
  grow(): void {
    const unmatched: Pair[] = []
    const unsplit: Pair[] = []
    for (let nextMatch = 0, nextSplit = 0; ;) {
      const pair = this.#grow.pop()
      if (pair !== undefined) {
        if (pair.forgotten) continue
        if (pair.kind === 'combine' && !this.#split(pair, false)) unsplit.push(pair)
        for (const operand of pair.operands) this.supply(operand, pair.fixed && pair.kind !== 'rotate')
        this.#followUsers(pair, false)
        unmatched.push(pair)
      } else if (nextMatch < unmatched.length) this.#followUsers(unmatched[nextMatch++]!, true)
      else if (nextSplit < unsplit.length) {
        const combined = unsplit[nextSplit++]!
        if (combined.kind === 'combine' && this.#split(combined, true)) this.#grow.push(combined)
      } else return
    }
  }

  /** Finds out whether both halves are the same bitwise operation, and which operands belong together. */
  #split(pair: Pair, guess: boolean): boolean {
    const { values } = this
    const { low, high } = pair
    const op = values.op[low]!
    if (op !== values.op[high] || !isBitwise(op) || this.helper[low] === 1 || this.helper[high] === 1) return false
    const [a, b, c, d] = [values.a[low]!, values.b[low]!, values.a[high]!, values.b[high]!]
    const straight = this.#likeness(a, c) + this.#likeness(b, d)
    const crossed = this.#likeness(a, d) + this.#likeness(b, c)
    if (Math.max(straight, crossed) < (guess ? 0 : KNOWN + UNLIKELY)) return false
    pair.kind = kinds.get(op)!
    pair.operands =
      straight >= crossed
        ? [
            { low: a, high: c },
            { low: b, high: d },
          ]
        : [
            { low: a, high: d },
            { low: b, high: c },
          ]
    return true
  }

  /** How much speaks for two values being halves of one. */
  #likeness(one: number, other: number): number {
    const { values } = this
    if ((values.isConstant(one) && values.isConstant(other)) || this.find(one, other) !== undefined) return KNOWN
    if (this.pairOf[one] !== undefined || this.pairOf[other] !== undefined || one === other) return UNLIKELY
    if (values.adjacent.get(one) === other || values.adjacent.get(other) === one) return 2
    return values.op[one] === values.op[other] ? 1 : 0
  }

  /** Looks for the same bitwise operation on both halves. */
  #followUsers(pair: Pair, guess: boolean): void {
    if (
      pair.low < 0 ||
      pair.high < 0 ||
      pair.low === pair.high ||
      this.pairOf[pair.low] !== pair ||
      this.pairOf[pair.high] !== pair
    )
      return
    const { values } = this
    const lows = values.users[pair.low]!
    const highs = values.users[pair.high]!
    if (lows.length > MANY || highs.length > MANY) return
    for (const low of lows) {
      if (!this.#isOpen(low)) continue
      const rest = this.#otherThan(low, pair.low)
      let best = -1
      let bestLikeness = guess ? 0 : KNOWN - 1
      for (const high of highs) {
        if (high === low || values.op[high] !== values.op[low] || !this.#isOpen(high)) continue
        const likeness = this.#likeness(rest, this.#otherThan(high, pair.high))
        if (likeness > bestLikeness || (best < 0 && likeness === 0 && guess)) [best, bestLikeness] = [high, likeness]
      }
      if (best >= 0)
        this.add({
          kind: kinds.get(values.op[low]!)!,
          low,
          high: best,
          operands: [
            { low: pair.low, high: pair.high },
            { low: rest, high: this.#otherThan(best, pair.high) },
          ],
          fixed: false,
        })
    }
  }

  #isOpen(value: number): boolean {
    return isBitwise(this.values.op[value]!) && this.pairOf[value] === undefined && this.helper[value] !== 1
  }

  #otherThan(user: number, operand: number): number {
    return this.values.a[user] === operand ? this.values.b[user]! : this.values.a[user]!
  }
}
