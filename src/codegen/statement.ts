/** The C statement of one instruction that is no transfer. */
import { registerNames } from '../isa/registers.ts'
import type { AluRow, Instr, LoadRow } from '../isa/row.ts'
import type { Moving } from './moving.ts'
import { addressOf, constant, operand } from './operands.ts'
import type { RegionText } from './region-text.ts'

/** What an instruction is said with, where that is not its registers and its immediate alone. */
export interface Place {
  readonly moving: Moving | undefined
  /** It adds and keeps 32 bits, which are all that there is. */
  readonly isLossless: boolean
  /** C expression of what it accesses. */
  readonly pointer: string | undefined
  /** The variable that it accesses in place of memory. */
  readonly variable: string | undefined
}

/** The C in front of addresses, by bytes: types of any alignment. Calls that copy take compilers longer. */
const UNSIGNED = { 1: '*(uint8_t *)(', 2: '*(u16 *)(', 4: '*(u32 *)(', 8: '*(u64 *)(' } as const
const SIGNED = { 1: '*(int8_t *)(', 2: '*(i16 *)(', 4: '*(i32 *)(', 8: '*(u64 *)(' } as const

/** Undefined where the instruction has no effect. */
export function statement(instr: Instr, { context, addresses }: RegionText, place: Place): string | undefined {
  const { row, rd } = instr
  const { xlen } = context.graph.program
  const target = registerNames[rd]!
  switch (row.kind) {
    case 'alu':
      return rd === 0 ? undefined : `${target} = ${aluValue(instr, row, xlen, place)};`
    case 'upper':
      return rd === 0 ? undefined : `${target} = ${addresses.upper(instr)};`
    case 'load':
      if (rd === 0) return `(void)*(volatile char *)(${pointerOf(instr, place)});`
      return `${target} = ${loaded(instr, row, xlen, place)};`
    case 'store':
      return `${place.variable ?? `${UNSIGNED[row.width]}${pointerOf(instr, place)})`} = ${operand(instr.rs2)};`
    default:
      return undefined
  }
}

function aluValue({ rs1, rs2, imm }: Instr, row: AluRow, xlen: 32 | 64, { moving, isLossless }: Place): string {
  if (moving?.kind === 'whole') return moving.text
  const first = operand(rs1)
  const second = row.source === 'register' ? operand(rs2) : (moving?.text ?? constant(imm))
  return isLossless ? `${first} + ${second}` : row.c(first, second, xlen)
}

function loaded(instr: Instr, row: LoadRow, xlen: 32 | 64, place: Place): string {
  // Assigned to a register, a signed value is extended.
  const isExtended = row.signed && row.width * 8 < xlen
  if (place.variable !== undefined) return `${isExtended ? `(int${row.width * 8}_t)` : ''}${place.variable}`
  return `${(isExtended ? SIGNED : UNSIGNED)[row.width]}${pointerOf(instr, place)})`
}

/** The host address of a load or store. */
const pointerOf = (instr: Instr, { pointer, moving }: Place): string => pointer ?? `m + ${offsetOf(instr, moving)}`

/** How far into guest memory a load or store accesses. */
export function offsetOf({ rs1, imm }: Instr, moving: Moving | undefined): string {
  if (moving === undefined) return addressOf(rs1, imm)
  return moving.kind === 'whole' ? moving.text : `(uint64_t)${operand(rs1)} + (sreg)${moving.text}`
}
