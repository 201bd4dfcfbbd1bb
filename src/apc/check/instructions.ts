/** Instructions from their rows of the program table. */
import type { AirSet, Coding } from '../../air/air.ts'
import { P } from '../../air/field.ts'
import { programRow } from '../../air/fill.ts'
import type { Xlen } from '../../elf/image.ts'
import { RvrError } from '../../errors.ts'
import { hexText } from '../../hex.ts'
import { rows as base } from '../../isa/i/rows.ts'
import { rows as multiplication } from '../../isa/m/rows.ts'
import type { Instr, Row } from '../../isa/row.ts'
import { INSTRUCTION_BYTES, type Block } from '../../air/system.ts'
import type { InstructionSet } from './executions.ts'

const registers = Array.from({ length: 32 }, (_, number) => number)
const fields = ['rd', 'rs1', 'rs2', 'imm'] as const
type Fields = Record<(typeof fields)[number], number>

/** @throws RvrError `INPUT_INVALID` where no guest can have such an instruction */
export const instructionsOf = ({ xlen, set }: InstructionSet, blocks: readonly Block[]): readonly Instr[] =>
  blocks.flatMap(({ start, instructions }) =>
    instructions.map((entry, index) => instructionOf(set, xlen, start + INSTRUCTION_BYTES * index, entry)),
  )

function instructionOf({ airs }: AirSet, xlen: Xlen, pc: number, entry: readonly number[]): Instr {
  for (const { codings } of airs) {
    for (const coding of codings) {
      const row = coding.opcode === entry[0] ? rowNamed(coding.instruction, xlen) : undefined
      const found = row && fieldsOf(coding, entry)
      if (row !== undefined && found !== undefined) return { pc, size: INSTRUCTION_BYTES, word: 0, row, ...found }
    }
  }
  throw new RvrError('INPUT_INVALID', `the instruction at ${hexText(pc)} is none that a guest can have`, {
    hint: 'Blocks are checked by executing them: only those of I and M, with pointers of registers, can be.',
    details: { pc, entry },
  })
}

const rowNamed = (name: string, xlen: Xlen): Row | undefined =>
  [...base, ...multiplication].find(row => row.name === name && (row.only ?? xlen) === xlen)

/** Fields whose row it is: one after another is tried, the others as they are so far. */
function fieldsOf(coding: Coding, entry: readonly number[]): Fields | undefined {
  const found: Fields = { rd: 0, rs1: 0, rs2: 0, imm: 0 }
  const agreeing = (of: Fields): number => {
    const row = programRow(coding, of)
    return entry.filter((value, at) => row[at] === value).length
  }
  for (const field of fields) {
    const candidates = field === 'imm' ? entry.flatMap(immediates).toSorted(bySize) : registers
    for (const value of candidates)
      if (agreeing({ ...found, [field]: value }) > agreeing(found)) Object.assign(found, { [field]: value })
  }
  return agreeing(found) === entry.length ? found : undefined
}

/** Numbers that a field may stand for: as it is, signed in some way, or without bits below it. */
function immediates(value: number): readonly number[] {
  const signed = [0, P, 2 ** 16, 2 ** 24].map(modulus => value - modulus)
  const shifted = signed.flatMap(each => [each, each * 2 ** 8, each * 2 ** 12])
  const found = shifted
    .filter(each => Math.abs(each) < 2 ** 32)
    .map(each => (Math.abs(each) < 2 ** 31 ? each : each | 0))
  return found
}

const bySize = (a: number, b: number): number => Math.abs(a) - Math.abs(b)
