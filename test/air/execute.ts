/** Instructions as rows of AIRs: decoded, executed by their reference semantics, and filled. */
import type { Air, AirSet, Coding } from '../../src/air/air.ts'
import { fillRow, programRow, type RowInputs } from '../../src/air/fill.ts'
import { execute } from '../../src/apc/check/execute.ts'
import type { Xlen } from '../../src/elf/image.ts'
import { readInteger, writeInteger } from '../../src/extensions/field/little-endian.ts'
import { rows as openvm } from '../../src/extensions/io/rows.ts'
import { rows as base } from '../../src/isa/i/rows.ts'
import type { CallRow, Instr } from '../../src/isa/row.ts'
import { rows as multiplication } from '../../src/isa/m/rows.ts'
import { createDecoder, type Decoder } from '../../src/isa/table.ts'
import { operationOf } from '../../src/machine/machine.ts'
import type { SegmentMemory } from './memory.ts'
import { withAirs } from './sets.ts'

export { execute }

export const instructionTables = [
  { name: 'i', rows: base },
  { name: 'm', rows: multiplication },
  { name: 'openvm', rows: openvm },
  ...withAirs,
]

export const decoderFor = (xlen: Xlen): Decoder => createDecoder(xlen, instructionTables)

/** The AIR that an instruction adds rows to, and how it stands in the program table. */
export function codingOf({ airs }: AirSet, instr: Instr): { readonly air: Air; readonly coding: Coding } {
  const operation = operationOf(instr)
  const air =
    airs.find(({ instructions }) => instructions.includes(operation)) ??
    airs.find(({ instructions }) => instructions.includes('nop'))!
  const coding =
    air.codings.find(({ instruction }) => instruction === operation) ??
    air.codings.find(({ instruction }) => instruction === 'nop')!
  return { air, coding }
}

/** What a call leaves in the operand that it writes, by its reference semantics. */
export function writtenByCall(row: CallRow, instr: Instr, memory: SegmentMemory): bigint {
  const operands = row.operands.map(({ register, ...operand }) => {
    const bytes = new Uint8Array('bytes' in operand ? Number(operand.bytes) : 0)
    writeInteger(memory.load(Number(memory.register(instr[register])), bytes.length), bytes)
    return bytes
  })
  row.execute(operands, 64)
  return readInteger(operands[row.operands.findIndex(({ access }) => access === 'write')]!)
}

export interface Filled {
  readonly air: Air
  /** The row of the program table: pc, opcode, a, b, … g. */
  readonly program: readonly number[]
  readonly rows: number[][]
  readonly next: number
}

export interface Setting {
  readonly memory: SegmentMemory
  readonly ts: number
  readonly xlen: Xlen
  readonly hints?: readonly bigint[] | undefined
  /** A result to be written instead of the right one. */
  readonly claimed?: bigint | undefined
}

/** Executes an instruction at a time, and fills its rows. */
export function fill(set: AirSet, instr: Instr, { memory, ts, xlen, hints = [], claimed }: Setting): Filled {
  const { air, coding } = codingOf(set, instr)
  const entry = programRow(coding, instr)
  const { result: computed, next } = execute(instr, memory, xlen)
  const result = claimed ?? computed
  const operands = Object.fromEntries(['opcode', ...'abcdefg'].map((name, index) => [name, entry[index]!]))
  const rows = Array.from({ length: Math.max(1, hints.length) }, (_, row) => {
    const inputs: RowInputs = { pc: instr.pc, ts, ...operands, result, next_pc: next, hint: hints[row] ?? 0n, row }
    return fillRow(air, inputs, memory)
  })
  return { air, program: [instr.pc, ...entry], rows, next }
}
