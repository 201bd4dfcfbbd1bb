/** Arithmetic on pairs of 32-bit registers → arithmetic on 64-bit C variables beside it. */
import type { Instr } from '../../isa/row.ts'
import { registerNames } from '../../isa/registers.ts'
import type { WordVariables } from '../loops/word-variables.ts'
import { addressOf } from '../operands.ts'
import { addCarries } from '../../analysis/pairs/carries.ts'
import { choose, completeAt, isNeeded } from '../../analysis/pairs/choose.ts'
import { PairGraph, type Halves, type Pair } from '../../analysis/pairs/graph.ts'
import { orient } from '../../analysis/pairs/orient.ts'
import { addSeeds } from '../../analysis/pairs/seeds.ts'
import { BlockValues, entry, load } from '../../analysis/pairs/values.ts'

/**
 * What a block's text gets: lines in front of instructions, and other statements for some.
 * All of it computes what the instructions compute, so every register is right at every instruction boundary, as ever.
 */
export interface PairPlan {
  readonly before: readonly (readonly string[] | undefined)[]
  readonly statements: readonly (string | undefined)[]
}

/** Longer blocks are left alone: value numbers have 16 bits. */
const LONGEST = 16_000

/**
 * Plans the pairs of an RV32 block; undefined where none is worth it. `kept`: the block is in a loop with such
 * variables, and may begin its iterations.
 */
export function planPairs(instrs: readonly Instr[], kept?: WordVariables, isHeader = false): PairPlan | undefined {
  if (instrs.length > LONGEST || !hasSeeds(instrs)) return undefined
  const graph = new PairGraph(new BlockValues(instrs))
  addSeeds(graph)
  addCarries(graph)
  if (graph.pairs.length === 0) return undefined
  graph.grow()
  const pairs = choose(graph)
  if (pairs.length === 0) return undefined
  orient(graph, pairs)
  return new PairWriter(graph, pairs, instrs, kept, isHeader).write()
}

/**
 * Is there a product's high half, a comparison that is added or subtracted, or two shifts that are put together? Most
 * blocks have none and are done with here.
 */
function hasSeeds(instrs: readonly Instr[]): boolean {
  // Registers that hold results of comparisons, left shifts and right shifts.
  let compared = 0
  let left = 0
  let right = 0
  for (const { row, rd, rs1, rs2 } of instrs) {
    if (row.kind === 'store') continue
    const one = 1 << rs1
    const two = 1 << rs2
    const target = 1 << rd
    let isCompared = false
    let isLeft = false
    let isRight = false
    if (row.kind === 'alu') {
      switch (row.name) {
        case 'mulhu':
        case 'mulh':
        case 'mulhsu':
          return true
        case 'sltu':
        case 'sltiu':
          isCompared = true
          break
        case 'slli':
          isLeft = true
          break
        case 'srli':
          isRight = true
          break
        case 'add':
        case 'sub':
          if ((compared & (one | two)) !== 0) return true
          break
        case 'or':
          if (((left & one) !== 0 && (right & two) !== 0) || ((left & two) !== 0 && (right & one) !== 0)) return true
      }
    }
    compared = isCompared ? compared | target : compared & ~target
    left = isLeft ? left | target : left & ~target
    right = isRight ? right | target : right & ~target
  }
  return false
}

/** Are the halves taken from the pair? Those of other pairs stay where they are. */
const isDerived = ({ kind }: Pair): boolean => kind !== 'combine' && kind !== 'extend' && kind !== 'extendSigned'

class PairWriter {
  readonly #graph: PairGraph
  readonly #pairs: readonly Pair[]
  readonly #instrs: readonly Instr[]
  readonly #kept: WordVariables | undefined
  readonly #isHeader: boolean
  readonly #before: string[][]
  readonly #statements: (string | undefined)[]
  readonly #names = new Map<Pair, string>()
  readonly #position = new Map<Pair, number>()
  /** The value in each register. */
  readonly #registers = new Int32Array(32).fill(-1)
  readonly #copies = new Set<number>()

  constructor(
    graph: PairGraph,
    pairs: readonly Pair[],
    instrs: readonly Instr[],
    kept: WordVariables | undefined,
    isHeader: boolean,
  ) {
    this.#graph = graph
    this.#pairs = pairs
    this.#instrs = instrs
    this.#kept = kept
    this.#isHeader = isHeader
    this.#before = instrs.map(() => [])
    this.#statements = instrs.map(() => undefined)
  }

  write(): PairPlan {
    const { values, pairOf } = this.#graph
    const computed = new Set(this.#pairs)
    const starting: Pair[][] = this.#instrs.map(() => [])
    for (const pair of this.#pairs) {
      const at = this.#place(pair)
      this.#position.set(pair, at)
      starting[at]!.push(pair)
    }
    for (let value = 0; value < values.count; value++)
      if (values.op[value] === entry) this.#registers[values.a[value]!] = value
    for (const index of this.#instrs.keys()) {
      for (const pair of starting[index]!) {
        const expression = this.#expression(pair, index)
        const name = `p${this.#names.size}`
        this.#before[index]!.push(`uint64_t ${name} = ${expression};`)
        this.#names.set(pair, name)
        if (!isDerived(pair)) continue
        for (const half of [pair.low, pair.high]) {
          // A half that was there before: its register goes on as a part of the pair.
          if (
            half < 0 ||
            pairOf[half] !== pair ||
            values.definedAt[half]! >= index ||
            !isNeeded(this.#graph, half, computed)
          )
            continue
          const register = this.#registers.indexOf(half)
          if (register > 0) this.#before[index]!.push(`${registerNames[register]!} = ${this.#half(half)!};`)
        }
      }
      const value = values.written[index]!
      if (value < 0) continue
      const half = this.#half(value)
      if (half !== undefined) this.#statements[index] = `${registerNames[this.#instrs[index]!.rd]!} = ${half};`
      this.#registers[this.#instrs[index]!.rd] = value
    }
    return { before: this.#before, statements: this.#statements }
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
    let at = Math.min(low < 0 ? complete : values.definedAt[low]!, high < 0 ? complete : values.definedAt[high]!)
    for (const operand of pair.operands) {
      const supplier = this.#graph.supply(operand, false)
      if (supplier !== undefined) at = Math.max(at, this.#position.get(supplier)!)
    }
    for (const factor of pair.factors ?? []) at = Math.max(at, values.definedAt[factor]! + 1)
    return at
  }

  /** A value as the half of a pair that is computed already. */
  #half(value: number): string | undefined {
    const pair = this.#graph.pairOf[value]
    if (pair === undefined || !isDerived(pair)) return undefined
    const name = this.#names.get(pair)
    if (name === undefined) return undefined
    return pair.low === value ? `(reg)${name}` : `(reg)(${name} >> 32)`
  }

  /** A 32-bit value where the writer stands. */
  #value(value: number): string {
    const { values } = this.#graph
    if (values.isConstant(value)) return `(reg)0x${values.a[value]!.toString(16)}u`
    const half = this.#half(value)
    if (half !== undefined) return half
    const register = this.#registers.indexOf(value)
    if (register > 0) return registerNames[register]!
    // The register has been overwritten since.
    const definedAt = values.definedAt[value]!
    const name = `v${value}`
    if (!this.#copies.has(value)) {
      this.#copies.add(value)
      const source = definedAt < 0 ? values.a[value]! : this.#instrs[definedAt]!.rd
      this.#before[definedAt + 1]!.unshift(`reg ${name} = ${registerNames[source]!};`)
    }
    return name
  }

  /** The variable that a value is in where an iteration begins. */
  #variableAtStart(value: number): string | undefined {
    const { values } = this.#graph
    if (values.op[value] === entry) return registerNames[values.a[value]!]
    if (values.op[value] !== load) return undefined
    const at = values.definedAt[value]!
    const name = this.#kept!.nameOf(this.#instrs[at]!)
    return name === undefined ||
      this.#instrs.slice(0, at).some(instr => instr.row.kind === 'store' && this.#kept!.nameOf(instr) === name)
      ? undefined
      : name
  }

  /** The variable that carries a pair from the iteration before. */
  #carried(low: number, high: number): string | undefined {
    if (this.#kept === undefined || !this.#isHeader || low <= 0 || high <= 0) return undefined
    const first = this.#variableAtStart(low)
    const second = this.#variableAtStart(high)
    return first === undefined || second === undefined ? undefined : this.#kept.carry(first, second)
  }

  #operand({ low, high }: Halves): string {
    const { values } = this.#graph
    if (values.isConstant(low) && values.isConstant(high)) {
      const constant = (BigInt(values.a[high]!) << 32n) | BigInt(values.a[low]!)
      return `(uint64_t)0x${constant.toString(16)}u`
    }
    const pair = this.#graph.supply({ low, high }, false)!
    const name = this.#names.get(pair)!
    return pair.low === low ? name : `(${name} << 32 | ${name} >> 32)`
  }

  #expression(pair: Pair, index: number): string {
    const { kind, low, high, operands, amount, factors } = pair
    switch (kind) {
      case 'combine':
        return (
          this.#carried(low, high) ??
          (low === 0
            ? `(uint64_t)${this.#value(high)} << 32`
            : `(uint64_t)${this.#value(high)} << 32 | ${this.#value(low)}`)
        )
      case 'extend':
        return this.#value(low)
      case 'extendSigned':
        return `(uint64_t)(int64_t)(sreg)${this.#value(low)}`
      case 'load': {
        const carried = this.#carried(low, high)
        const [first, second] = [low, high].map(half =>
          this.#kept?.nameOf(this.#instrs[this.#graph.values.definedAt[half]!]!),
        )
        if (carried !== undefined) return carried
        if (first !== undefined && second !== undefined) return `(uint64_t)${second} << 32 | ${first}`
        const { rs1, imm } = this.#instrs[index]!
        return `*(u64 *)(m + ${addressOf(rs1, this.#graph.values.definedAt[low] === index ? imm : imm - 4)})`
      }
      case 'mul':
        return `(uint64_t)${this.#value(factors![0])} * ${this.#value(factors![1])}`
      case 'mulSigned':
        return `(uint64_t)((int64_t)(sreg)${this.#value(factors![0])} * (sreg)${this.#value(factors![1])})`
      case 'mulMixed':
        return `(uint64_t)((int64_t)(sreg)${this.#value(factors![0])} * (int64_t)(uint64_t)${this.#value(factors![1])})`
      case 'rotate': {
        const supplier = this.#graph.supply(operands[0]!, false)!
        const name = this.#names.get(supplier)!
        // Turned halves are 32 more.
        const by = supplier.low === operands[0]!.low ? amount : amount + 32
        return `${name} << ${by} | ${name} >> ${64 - by}`
      }
      case 'left':
        return `${this.#operand(operands[0]!)} << ${amount}`
      case 'right':
        return `${this.#operand(operands[0]!)} >> ${amount}`
      case 'rightSigned':
        return `(uint64_t)((int64_t)${this.#operand(operands[0]!)} >> ${amount})`
      case 'add':
        return `${this.#operand(operands[0]!)} + ${this.#operand(operands[1]!)}`
      case 'sub':
        return `${this.#operand(operands[0]!)} - ${this.#operand(operands[1]!)}`
      case 'and':
        return `${this.#operand(operands[0]!)} & ${this.#operand(operands[1]!)}`
      case 'or':
        return `${this.#operand(operands[0]!)} | ${this.#operand(operands[1]!)}`
      case 'xor':
        return `${this.#operand(operands[0]!)} ^ ${this.#operand(operands[1]!)}`
    }
  }
}
