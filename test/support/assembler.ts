/** A tiny assembler on top of the instruction tables. */
import type { Xlen } from '../../src/elf/image.ts'
import { abiNamed } from '../../src/extensions/registry.ts'
import { encode } from '../../src/isa/encoding.ts'
import { registerNames } from '../../src/isa/registers.ts'
import type { Row } from '../../src/isa/row.ts'

export type Register = number | (typeof registerNames)[number] | `x${number}`
/** Operands by field. `target` is a label for branches and jumps; the immediate is then the distance to it. */
export interface Operands {
  rd?: Register
  rs1?: Register
  rs2?: Register
  imm?: number
  target?: string
}

export function registerNumber(register: Register): number {
  if (typeof register === 'number') return register
  return register.startsWith('x') ? Number(register.slice(1)) : (registerNames as readonly string[]).indexOf(register)
}

/** Every row that a width can have, host instructions of both ABIs included. */
export function allRows(xlen: Xlen): Row[] {
  const rows = (['openvm', 'linux'] as const).flatMap(name =>
    abiNamed(name).extensions.flatMap(extension => extension.rows),
  )
  return rows.filter(
    (row, index) =>
      rows.findIndex(({ name, only }) => name === row.name && only === row.only) === index &&
      (row.only === undefined || row.only === xlen),
  )
}

export interface Assembler {
  /** Address of the next instruction. */
  readonly pc: number
  label(name: string): Assembler
  /** Appends the instruction of a row. */
  op(name: string, operands?: Operands): Assembler
  /** Appends a raw word. */
  word(value: number): Assembler
  /** Loads any XLEN-bit constant, negative or unsigned. */
  li(rd: Register, value: number | bigint): Assembler
  /** Machine code of everything so far, labels resolved. */
  finish(): Uint8Array
  /** Address of a label. */
  addressOf(label: string): number
}

/** @param more instructions of sets that not every guest has */
export function assembler(xlen: Xlen, base = 0x200800, more: readonly Row[] = []): Assembler {
  const rows = new Map([...allRows(xlen), ...more].map(row => [row.name, row]))
  const words: (() => number)[] = []
  const labels = new Map<string, number>()
  const addressOf = (label: string): number => {
    const address = labels.get(label)
    if (address === undefined) throw new Error(`label ${label} is not defined`)
    return address
  }
  const loadConstant = (rd: Register, value: bigint): void => {
    const low = BigInt.asIntN(12, value)
    if (value === low) {
      self.op('addi', { rd, rs1: 0, imm: Number(low) })
      return
    }
    if (xlen === 32 || BigInt.asIntN(32, value) === value) {
      const upper = Number(BigInt.asIntN(32, value - low))
      self.op('lui', { rd, imm: upper })
      if (low !== 0n) self.op(xlen === 64 ? 'addiw' : 'addi', { rd, rs1: rd, imm: Number(low) })
      return
    }
    loadConstant(rd, BigInt.asIntN(64, value - low) >> 12n)
    self.op('slli', { rd, rs1: rd, imm: 12 })
    if (low !== 0n) self.op('addi', { rd, rs1: rd, imm: Number(low) })
  }
  const self: Assembler = {
    get pc() {
      return base + words.length * 4
    },
    label(name) {
      labels.set(name, self.pc)
      return self
    },
    op(name, { rd = 0, rs1 = 0, rs2 = 0, imm = 0, target } = {}) {
      const row = rows.get(name)
      if (row === undefined) throw new Error(`RV${xlen} has no instruction ${name}`)
      const { pc } = self
      const operands = { rd: registerNumber(rd), rs1: registerNumber(rs1), rs2: registerNumber(rs2) }
      // A row whose mask fixes the immediate (a selector) carries it in its match value.
      words.push(() => encode(row, { ...operands, imm: target === undefined ? imm : addressOf(target) - pc }))
      return self
    },
    word(value) {
      words.push(() => value >>> 0)
      return self
    },
    li(rd, value) {
      loadConstant(rd, BigInt.asIntN(xlen, BigInt(value)))
      return self
    },
    finish() {
      const view = new DataView(new ArrayBuffer(words.length * 4))
      for (const [index, word] of words.entries()) view.setUint32(index * 4, word(), true)
      return new Uint8Array(view.buffer)
    },
    addressOf,
  }
  return self
}
