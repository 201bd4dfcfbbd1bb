/** Listings of instructions, decoded and executed. */
import { shippedAirs } from '../../src/air/load.ts'
import { execution as executionOn, type Execution } from '../../src/apc/check/executions.ts'
import type { Xlen } from '../../src/elf/image.ts'
import type { Instr } from '../../src/isa/row.ts'
import { decoderFor } from '../air/execute.ts'
import { assembler, type Operands } from '../support/assembler.ts'

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

/** One execution, on the shipped machine of that width. */
export const execution = (xlen: Xlen, instructions: readonly Instr[], seed: number): Execution =>
  executionOn({ xlen, set: sets[xlen] }, instructions, seed)
