/** Value numbering of one RV32 block: which 32-bit value every instruction computes, and from which values. */
import { upperValue } from '../../isa/results.ts'
import type { AluOp, AluRow, Instr } from '../../isa/row.ts'
import { eachRegister, reads, writes } from '../../isa/registers-used.ts'

/**
 * What computes a value. `opaque`: something that pairs have no use for. Constants, entry values and loads have no
 * operands.
 */
export const opaque = 0
export const entry = 1
export const constant = 2
export const load = 3
export const add = 4
export const sub = 5
export const and = 6
export const or = 7
export const xor = 8
export const shl = 9
export const shr = 10
export const sar = 11
export const sltu = 12
export const mul = 13
export const mulhu = 14
export const mulh = 15
export const mulhsu = 16

const operations: Readonly<Partial<Record<AluOp, number>>> = {
  add,
  sub,
  and,
  or,
  xor,
  sll: shl,
  srl: shr,
  sra: sar,
  sltu,
  mul,
  mulhu,
  mulh,
  mulhsu,
}
const isShift = (op: number): boolean => op === shl || op === shr || op === sar

/** Shifts by what a register holds are left alone: no pair is made of them. */
function operationOf({ op, source }: AluRow): number {
  const operation = operations[op] ?? opaque
  return isShift(operation) && source === 'register' ? opaque : operation
}
const commutes = (op: number): boolean =>
  op === add || op === and || op === or || op === xor || op === mul || op === mulhu || op === mulh

/** The values of a block by number, in the order in which they appear. */
export class BlockValues {
  readonly op: number[] = []
  /** First operand's value; of a constant the constant itself, as an unsigned number. */
  readonly a: number[] = []
  readonly b: number[] = []
  /**
   * The instruction that computes the value first; -1 for constants and for what registers hold at the block's entry.
   */
  readonly definedAt: number[] = []
  /** Values computed from this one. */
  readonly users: number[][] = []
  /**
   * 1 where the value is needed as 32 bits: stored, compared, an address, an operand of something opaque, in a register
   * at the end.
   */
  readonly needed: number[] = []
  /** The value that instruction i writes to its rd; -1 where it writes none. */
  readonly written: Int32Array
  /** High half by low half: words that lie side by side, and memory is the same when the second one is read. */
  readonly adjacent = new Map<number, number>()
  readonly #numbers = new Map<number, number>()
  readonly #registers = new Int32Array(32).fill(-1)
  /** Address = root value + offset. */
  readonly #root: number[] = []
  readonly #offset: number[] = []
  /**
   * Words that memory is known to hold: root value → offset → value, or ~value where it was stored: reading stored
   * words in one piece would wait for the stores.
   */
  #memory = new Map<number, Map<number, number>>()

  constructor(instrs: readonly Instr[]) {
    this.written = new Int32Array(instrs.length).fill(-1)
    this.constant(0)
    for (const [index, instr] of instrs.entries()) this.#number(index, instr)
    for (let r = 1; r < 32; r++) if (this.#registers[r]! >= 0) this.needed[this.#registers[r]!] = 1
  }

  get count(): number {
    return this.op.length
  }

  /** The number of a value that the block computes; -1 where it does not. */
  find(op: number, a: number, b: number): number {
    const [first, second] = commutes(op) && a > b ? [b, a] : [a, b]
    return this.#numbers.get(keyOf(op, first, second)) ?? -1
  }

  constant(value: number): number {
    const unsigned = value >>> 0
    const key = keyOf(constant, 0, unsigned)
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    const number = this.#create(constant, unsigned, 0, -1)
    this.#numbers.set(key, number)
    this.#root[number] = 0
    this.#offset[number] = unsigned | 0
    return number
  }

  /** Constant of that value without adding one; -1 where the block has none. */
  findConstant(value: number): number {
    return this.#numbers.get(keyOf(constant, 0, value >>> 0)) ?? -1
  }

  isConstant(value: number): boolean {
    return this.op[value] === constant
  }

  #create(op: number, a: number, b: number, definedAt: number): number {
    const number = this.op.length
    this.op.push(op)
    this.a.push(a)
    this.b.push(b)
    this.definedAt.push(definedAt)
    this.users.push([])
    this.needed.push(0)
    this.#root.push(number)
    this.#offset.push(0)
    return number
  }

  #read(register: number): number {
    if (register === 0) return 0
    const known = this.#registers[register]!
    return known >= 0 ? known : (this.#registers[register] = this.#create(entry, register, 0, -1))
  }

  #compute(op: number, a: number, b: number, index: number): number {
    const { isA, isB } = { isA: this.isConstant(a), isB: this.isConstant(b) }
    if (op === add && isA && isB) return this.constant(this.a[a]! + this.a[b]!)
    if ((op === add || op === or || op === xor) && a === 0) return b
    if ((op === add || op === or || op === xor || op === sub || op === shl || op === shr || op === sar) && b === 0)
      return a
    const [first, second] = commutes(op) && a > b ? [b, a] : [a, b]
    const key = keyOf(op, first, second)
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    const number = this.#create(op, first, second, index)
    this.#numbers.set(key, number)
    this.users[first]!.push(number)
    if (second !== first) this.users[second]!.push(number)
    if (op === add && (isA || isB)) {
      this.#root[number] = this.#root[isA ? b : a]!
      this.#offset[number] = (this.#offset[isA ? b : a]! + this.a[isA ? a : b]!) | 0
    }
    return number
  }

  #number(index: number, instr: Instr): void {
    const { row, rs1, rs2, rd, imm } = instr
    let value = -1
    if (row.kind === 'alu') {
      const op = operationOf(row)
      const a = this.#read(rs1)
      const immediate = row.source === 'immediate' && op !== opaque ? this.constant(imm) : 0
      const b = row.source === 'register' ? this.#read(rs2) : immediate
      if (op === opaque) this.needed[a] = this.needed[b] = 1
      else value = this.#compute(op, a, b, index)
    } else if (row.kind === 'upper') value = this.constant(upperValue(instr))
    else if (row.kind === 'load') value = this.#load(index, instr, row.width)
    else if (row.kind === 'store') this.#store(instr, row.width)
    else {
      eachRegister(reads(instr), register => {
        this.needed[this.#read(register)] = 1
      })
      if (row.kind === 'call') this.#memory.clear()
    }
    if (writes(instr) === 0) return
    this.written[index] = this.#registers[rd] = value >= 0 ? value : this.#create(opaque, 0, 0, index)
  }

  #load(index: number, { rs1, imm }: Instr, width: number): number {
    const base = this.#read(rs1)
    const root = this.#root[base]!
    const offset = (this.#offset[base]! + imm) | 0
    this.needed[base] = 1
    if (width !== 4) return -1
    let words = this.#memory.get(root)
    if (words === undefined) this.#memory.set(root, (words = new Map()))
    const known = words.get(offset)
    if (known !== undefined) return known < 0 ? ~known : known
    const number = this.#create(load, 0, 0, index)
    words.set(offset, number)
    const below = words.get((offset - 4) | 0)
    const above = words.get((offset + 4) | 0)
    if (below !== undefined && below >= 0 && !this.adjacent.has(below)) this.adjacent.set(below, number)
    if (above !== undefined && above >= 0) this.adjacent.set(number, above)
    return number
  }

  #store({ rs1, rs2, imm }: Instr, width: number): void {
    const base = this.#read(rs1)
    const value = this.#read(rs2)
    const root = this.#root[base]!
    const offset = (this.#offset[base]! + imm) | 0
    this.needed[base] = this.needed[value] = 1
    // What other bases reach may be the same bytes.
    const words = this.#memory.get(root) ?? new Map<number, number>()
    if (this.#memory.size > 1 || !this.#memory.has(root)) this.#memory = new Map([[root, words]])
    for (let at = -3; at < width; at++) words.delete((offset + at) | 0)
    if (width === 4) words.set(offset, ~value)
  }
}

const keyOf = (op: number, a: number, b: number): number => (op * 0x10000 + a) * 0x100000000 + b
