/** Arithmetic on pairs of 32-bit registers → 64-bit operations beside it: where each stands and what it works on. */
import { registerNames } from '../../isa/registers.ts'
import type { Instr } from '../../isa/row.ts'
import { isStackAccess } from '../loops/stack-words.ts'
import { addCarries } from './carries.ts'
import { choose, completeAt, isNeeded } from './choose.ts'
import { PairGraph, type Halves, type Pair } from './graph.ts'
import type { Half, Operand, Operation, PairPlan, Source, Start, Step } from './operations.ts'
import { orient } from './orient.ts'
import { addSeeds, mayHaveSeeds } from './seeds.ts'
import { BlockValues, entry, load } from './values.ts'

/** What is known of a block in a counted loop. */
export interface KeptBlock {
  /** Offsets of the words of the stack that the loop keeps in variables. */
  readonly words: ReadonlySet<number>
  /** Does the block begin an iteration? */
  readonly isHeader: boolean
}

/** Longer blocks are left alone: value numbers have 16 bits. */
const LONGEST = 16_000

/** Plans the pairs of an RV32 block; undefined where none is worth it. */
export function planPairs(instrs: readonly Instr[], kept?: KeptBlock): PairPlan | undefined {
  if (instrs.length > LONGEST || !mayHaveSeeds(instrs)) return undefined
  const graph = new PairGraph(new BlockValues(instrs))
  addSeeds(graph)
  addCarries(graph)
  if (graph.pairs.length === 0) return undefined
  graph.grow()
  const pairs = choose(graph)
  if (pairs.length === 0) return undefined
  orient(graph, pairs)
  return new Planner(graph, pairs, instrs, kept).plan()
}

/** Are the halves taken from the pair? Those of other pairs stay where they are. */
const isDerived = ({ kind }: Pair): boolean => kind !== 'combine' && kind !== 'extend' && kind !== 'extendSigned'

const sameStart = (one: Start, other: Start): boolean =>
  one.kind === 'register'
    ? other.kind === 'register' && one.register === other.register
    : other.kind === 'word' && one.offset === other.offset

/** Goes through the block once, in the order in which its text will be written. */
class Planner {
  readonly #graph: PairGraph
  readonly #pairs: readonly Pair[]
  readonly #instrs: readonly Instr[]
  readonly #kept: KeptBlock | undefined
  readonly #before: Step[][]
  readonly #results: (Half | undefined)[]
  readonly #carried: { readonly low: Start; readonly high: Start }[] = []
  readonly #numbers = new Map<Pair, number>()
  readonly #position = new Map<Pair, number>()
  /** The value in each register. */
  readonly #registers = new Int32Array(registerNames.length).fill(-1)
  readonly #copies = new Set<number>()

  constructor(graph: PairGraph, pairs: readonly Pair[], instrs: readonly Instr[], kept: KeptBlock | undefined) {
    this.#graph = graph
    this.#pairs = pairs
    this.#instrs = instrs
    this.#kept = kept
    this.#before = instrs.map(() => [])
    this.#results = instrs.map(() => undefined)
  }

  plan(): PairPlan {
    const { values } = this.#graph
    const computed = new Set(this.#pairs)
    const starting: Pair[][] = this.#instrs.map(() => [])
    for (const pair of this.#pairs) {
      const at = this.#place(pair)
      this.#position.set(pair, at)
      starting[at]!.push(pair)
    }
    for (let value = 0; value < values.count; value++)
      if (values.op[value] === entry) this.#registers[values.a[value]!] = value
    for (const [index, { rd }] of this.#instrs.entries()) {
      for (const pair of starting[index]!) this.#compute(pair, index, computed)
      const value = values.written[index]!
      if (value < 0) continue
      this.#results[index] = this.#half(value)
      this.#registers[rd] = value
    }
    return { before: this.#before, results: this.#results, carried: this.#carried }
  }

  #compute(pair: Pair, index: number, computed: ReadonlySet<Pair>): void {
    const { values, pairOf } = this.#graph
    const steps = this.#before[index]!
    const operation = this.#operation(pair, index)
    const number = this.#numbers.size
    steps.push({ kind: 'compute', pair: number, operation })
    this.#numbers.set(pair, number)
    if (!isDerived(pair)) return
    for (const value of [pair.low, pair.high]) {
      // A half that was there before: its register goes on as a part of the pair.
      if (value < 0 || pairOf[value] !== pair || values.definedAt[value]! >= index) continue
      if (!isNeeded(this.#graph, value, computed)) continue
      const register = this.#registers.indexOf(value)
      if (register > 0) steps.push({ kind: 'rename', register, half: this.#half(value)! })
    }
  }

  /**
   * The instruction in front of which the pair is computed: the first that computes a half, once all operands are
   * there.
   */
  #place(pair: Pair): number {
    const { values } = this.#graph
    const { low, high, kind } = pair
    const complete = completeAt(this.#graph, pair)
    if (kind === 'load') return complete
    if (!isDerived(pair)) return complete + 1
    const definedAt = (half: number): number => (half < 0 ? complete : values.definedAt[half]!)
    let at = Math.min(definedAt(low), definedAt(high))
    for (const operand of pair.operands) {
      const supplier = this.#graph.supply(operand, false)
      if (supplier !== undefined) at = Math.max(at, this.#position.get(supplier)!)
    }
    for (const factor of pair.factors ?? []) at = Math.max(at, values.definedAt[factor]! + 1)
    return at
  }

  /** A value as the half of a pair that is computed already. */
  #half(value: number): Half | undefined {
    const pair = this.#graph.pairOf[value]
    if (pair === undefined || !isDerived(pair)) return undefined
    const number = this.#numbers.get(pair)
    return number === undefined ? undefined : { kind: 'half', pair: number, isUpper: pair.low !== value }
  }

  /** A 32-bit value at the place that is being planned. */
  #source(value: number): Source {
    const { values } = this.#graph
    if (values.isConstant(value)) return { kind: 'constant', value: values.a[value]! }
    const half = this.#half(value)
    if (half !== undefined) return half
    const register = this.#registers.indexOf(value)
    if (register > 0) return { kind: 'register', register }
    // The register has been overwritten since.
    const definedAt = values.definedAt[value]!
    if (!this.#copies.has(value)) {
      this.#copies.add(value)
      const source = definedAt < 0 ? values.a[value]! : this.#instrs[definedAt]!.rd
      this.#before[definedAt + 1]!.unshift({ kind: 'copy', copy: value, register: source })
    }
    return { kind: 'copy', copy: value }
  }

  /** The word kept in a variable that an instruction accesses, by its offset. */
  #word(index: number): number | undefined {
    const instr = this.#instrs[index]!
    return this.#kept?.words.has(instr.imm) === true && isStackAccess(instr) ? instr.imm : undefined
  }

  /** Where a value is when an iteration begins. */
  #start(value: number): Start | undefined {
    const { values } = this.#graph
    if (values.op[value] === entry) return { kind: 'register', register: values.a[value]! }
    if (values.op[value] !== load) return undefined
    const at = values.definedAt[value]!
    const offset = this.#word(at)
    if (offset === undefined) return undefined
    for (let index = 0; index < at; index++)
      if (this.#instrs[index]!.row.kind === 'store' && this.#word(index) === offset) return undefined
    return { kind: 'word', offset }
  }

  /** A pair from the iteration before; undefined where one of its halves is carried otherwise already. */
  #carry(pair: Pair): Operation | undefined {
    if (this.#kept?.isHeader !== true || pair.low <= 0 || pair.high <= 0) return undefined
    const low = this.#start(pair.low)
    const high = this.#start(pair.high)
    if (low === undefined || high === undefined) return undefined
    const known = this.#carried.findIndex(other => sameStart(other.low, low) && sameStart(other.high, high))
    if (known >= 0) return { kind: 'carried', index: known }
    const taken = this.#carried.flatMap(other => [other.low, other.high])
    if (sameStart(low, high) || taken.some(other => sameStart(other, low) || sameStart(other, high))) return undefined
    return { kind: 'carried', index: this.#carried.push({ low, high }) - 1 }
  }

  #load(pair: Pair, index: number): Operation {
    const { definedAt } = this.#graph.values
    const low = this.#word(definedAt[pair.low]!)
    const high = this.#word(definedAt[pair.high]!)
    if (low !== undefined && high !== undefined) return { kind: 'words', low, high }
    const { rs1, imm } = this.#instrs[index]!
    return { kind: 'load', base: rs1, offset: definedAt[pair.low] === index ? imm : imm - 4 }
  }

  #combine({ low, high }: Pair): Operation {
    const upper = this.#source(high)
    return { kind: 'combine', low: this.#source(low), high: upper }
  }

  #operand({ low, high }: Halves): Operand {
    const { values } = this.#graph
    if (values.isConstant(low) && values.isConstant(high))
      return { kind: 'constant', value: (BigInt(values.a[high]!) << 32n) | BigInt(values.a[low]!) }
    const pair = this.#graph.supply({ low, high }, false)!
    return { kind: 'pair', pair: this.#numbers.get(pair)!, isTurned: pair.low !== low }
  }

  #operation(pair: Pair, index: number): Operation {
    const { kind, low, operands, amount, factors } = pair
    switch (kind) {
      case 'combine':
        return this.#carry(pair) ?? this.#combine(pair)
      case 'load':
        return this.#carry(pair) ?? this.#load(pair, index)
      case 'extend':
      case 'extendSigned':
        return { kind, value: this.#source(low) }
      case 'mul':
      case 'mulSigned':
      case 'mulMixed':
        return { kind, factors: [this.#source(factors![0]), this.#source(factors![1])] }
      case 'rotate': {
        const supplier = this.#graph.supply(operands[0]!, false)!
        // Turned halves are 32 more.
        const isTurned = supplier.low !== operands[0]!.low
        return { kind, pair: this.#numbers.get(supplier)!, amount: isTurned ? amount + 32 : amount }
      }
      case 'left':
      case 'right':
      case 'rightSigned':
        return { kind, operand: this.#operand(operands[0]!), amount }
      default:
        return { kind, operands: [this.#operand(operands[0]!), this.#operand(operands[1]!)] }
    }
  }
}
