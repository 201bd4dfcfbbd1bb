/** Random executions of blocks: rows of their instructions, from registers and memory that hold anything likely. */
import { shippedAirs } from '../../src/air/load.ts'
import type { Xlen } from '../../src/elf/image.ts'
import type { Instr } from '../../src/isa/row.ts'
import { decoderFor, fill } from '../air/execute.ts'
import { SegmentMemory } from '../air/memory.ts'
import { assembler, type Operands } from '../support/assembler.ts'
import { randomSource } from '../support/random.ts'

const numberOf = (text: string): number => Number(text)

/** Operands of an instruction as published listings write them. */
function operandsOf(name: string, rest: string): Operands {
  const parts = rest.split(', ')
  const register = (at: number): number => Number(parts[at]!.slice(1))
  const memory = /^(-?\w+)\(x(\d+)\)$/.exec(parts.at(-1)!)
  if (memory !== null) {
    const [, imm, base] = memory
    const target = { rs1: Number(base), imm: Number(imm) }
    return /^s[bhwd]$/.test(name) ? { ...target, rs2: register(0) } : { ...target, rd: register(0) }
  }
  if (name === 'lui' || name === 'auipc') return { rd: register(0), imm: numberOf(parts[1]!) << 12 }
  if (name === 'jal') return { rd: register(0), imm: numberOf(parts[1]!) }
  if (name.startsWith('b')) return { rs1: register(0), rs2: register(1), imm: numberOf(parts[2]!) }
  const last = parts[2]!.startsWith('x') ? { rs2: register(2) } : { imm: numberOf(parts[2]!) }
  return { rd: register(0), rs1: register(1), ...last }
}

/** The instructions of a listing, decoded. */
export function assembled(xlen: Xlen, start: number, text: readonly string[]): readonly Instr[] {
  const code = assembler(xlen, start)
  for (const line of text) {
    const [name] = line.split(' ')
    code.op(name!, operandsOf(name!, line.slice(name!.length + 1)))
  }
  const words = code.finish()
  const view = new DataView(words.buffer, words.byteOffset)
  const decode = decoderFor(xlen)
  return text.map((_, index) => decode(view.getInt32(4 * index, true), start + 4 * index)!)
}

const sets = { 32: shippedAirs(32), 64: shippedAirs(64) }

export interface Execution {
  readonly rows: readonly (readonly number[])[]
  /** Entries of the program table: opcode and operands. */
  readonly entries: readonly (readonly number[])[]
  /** Each instruction goes on with the next one. */
  readonly isStraight: boolean
}

const LATEST = 1 << 20

/**
 * One execution. Addresses of loads and stores are likely to be some that rows can have, and likely to meet; where they
 * are not, the rows satisfy no AIR.
 */
export function execution(xlen: Xlen, instructions: readonly Instr[], seed: number): Execution {
  const random = randomSource(seed)
  const small = (): bigint => BigInt(random(4) * 4 ** random(3))
  const special = [0n, 1n, 2n, 255n, 2n ** BigInt(xlen - 1), 2n ** BigInt(xlen) - 1n, 0x80n, 0xff00n]
  const pointer = (): bigint =>
    BigInt(0x10_0000 + 4 * random(seed % 3 === 0 ? 4 : 2 ** 20) + (seed % 5 === 0 ? random(4) : 0))
  const pointers = 6 + (seed % 5)
  const content = (): bigint => {
    const kind = random(10)
    if (kind < pointers) return pointer()
    if (kind === 9) return special[random(special.length)]!
    return kind === 8 ? small() : BigInt.asUintN(xlen, BigInt(random(2 ** 32)) * BigInt(1 + random(2 ** 30)))
  }
  const start = LATEST + random(LATEST)
  const memory = new SegmentMemory(xlen, (space, at) => ({
    content: space === 1 && at === 0 ? 0n : content(),
    last: random(4) === 0 ? 0 : random(LATEST),
  }))
  const rows: (readonly number[])[] = []
  const entries: (readonly number[])[] = []
  let [ts, isStraight] = [start, true]
  for (const [index, instr] of instructions.entries()) {
    const filled = fill(sets[xlen], instr, { memory, ts, xlen })
    if (index + 1 < instructions.length && filled.next !== instructions[index + 1]!.pc) isStraight = false
    rows.push(filled.rows[0]!)
    entries.push(filled.program.slice(1))
    ts += durationOf(xlen, filled.air.name)
  }
  return { rows, entries, isStraight }
}

/** Times of memory that an instruction owns. */
function durationOf(xlen: Xlen, name: string): number {
  if (/^(JalLui|Auipc|Phantom)$/.test(name)) return 1
  if (xlen === 64 && /^(Load|Store)/.test(name)) return name.endsWith('Byte') ? 3 : 4
  const hasOneSource = xlen === 64 && /(Imm|AddIW?)$/.test(name)
  return hasOneSource || /^(Branch|Jalr)/.test(name) ? 2 : 3
}
