/** What an operation does, as C of replay: its result and where it goes, from registers and the tape. */
import { MEMORY_BYTES, type Xlen } from '../../elf/image.ts'
import type { LoadRow, Row, StoreRow } from '../../isa/row.ts'
import type { Operation } from '../interpreter/operations.ts'

export interface Semantics {
  /** Statements that change nothing. */
  readonly lines: readonly string[]
  /** C of what is computed for rd, `reg`; undefined where nothing is. */
  readonly result: string | undefined
  /** C of the next instruction's address, and of its decoded form. */
  readonly nextPc: string
  readonly next: string
}

const IMMEDIATE = '(reg)(sreg)at->imm'
const FOLLOWING = '(reg)((reg)at->pc + 4)'
const SIGNED = { 1: 'int8_t', 2: 'int16_t', 4: 'int32_t', 8: 'int64_t' } as const
const UNSIGNED = { 1: 'uint8_t', 2: 'uint16_t', 4: 'uint32_t', 8: 'uint64_t' } as const

export const failIf = (condition: string, why: string): string => `if (__builtin_expect(${condition}, 0)) FAIL(${why});`

/** Base registers of which rows have the low half alone, as `src/trace/unprovable.ts` says. */
export const refuseHigh = (value: string, xlen: Xlen): string[] =>
  xlen === 64 ? [failIf(`(${value}) >> 32 != 0`, 'REFUSED')] : []

const straight = { nextPc: 'at->pc + 4', next: 'at + 1' }

/** Where an access is: it may reach into a second block on RV64 alone. */
function addressLines({ width }: LoadRow | StoreRow, xlen: Xlen): string[] {
  const unaligned = xlen === 32 && width > 1 ? [failIf(`(address & ${width - 1}) != 0`, 'REFUSED')] : []
  const crosses = xlen === 64 && width > 1 ? `shift + ${width} > ${xlen / 8}` : '0'
  return [
    `const uint64_t address = (uint64_t)(reg)(x1 + ${IMMEDIATE});`,
    failIf(`address > ${MEMORY_BYTES - width}`, 'OUTSIDE'),
    ...refuseHigh('x1', xlen),
    ...unaligned,
    `const uint64_t shift = address & ${xlen / 8 - 1};`,
    `const int crosses = ${crosses};`,
    failIf('r->tape_end - tape < 1 + crosses', 'TAPE_SHORT'),
  ]
}

function loadedLines(row: LoadRow, xlen: Xlen): string[] {
  const high = xlen === 64 && row.width > 1 ? ' | (crosses ? tape[1] << (64 - 8 * shift) : 0)' : ''
  const type = (row.signed ? SIGNED : UNSIGNED)[row.width]
  return [
    ...addressLines(row, xlen),
    `const reg found = tape[0] >> (8 * shift)${high};`,
    `const reg result = (reg)(${row.signed ? '(sreg)' : ''}(${type})found);`,
  ]
}

const jump = (to: string): string[] => [
  `const uint64_t next_pc = ${to};`,
  'struct insn *const next = insn_at(r, next_pc);',
  failIf('next == 0', 'JUMP_OUTSIDE'),
]

/** Of rows that have rows of an AIR; host instructions go on behind themselves. */
export function semanticsOf({ row, discards }: Operation, xlen: Xlen): Semantics {
  const led = { nextPc: 'next_pc', next: 'next' }
  switch (row.kind) {
    case 'alu': {
      if (discards) return { lines: [], result: undefined, ...straight }
      const second = row.source === 'register' ? 'x2' : `(${IMMEDIATE})`
      return { lines: [`const reg result = (reg)(${row.c('x1', second, xlen)});`], result: 'result', ...straight }
    }
    case 'upper': {
      if (discards) return { lines: [], result: undefined, ...straight }
      const value = row.relative ? `(reg)at->pc + ${IMMEDIATE}` : IMMEDIATE
      return { lines: [`const reg result = ${value};`], result: 'result', ...straight }
    }
    case 'load':
      return { lines: loadedLines(row, xlen), result: 'result', ...straight }
    case 'store':
      return { lines: addressLines(row, xlen), result: undefined, ...straight }
    case 'branch': {
      const lines = [
        `const int taken = ${row.c('x1', 'x2')};`,
        `const uint64_t next_pc = taken ? (reg)((reg)at->pc + ${IMMEDIATE}) : at->pc + 4;`,
        'struct insn *const next = taken ? insn_at(r, next_pc) : at + 1;',
        failIf('next == 0', 'JUMP_OUTSIDE'),
      ]
      return { lines, result: undefined, ...led }
    }
    case 'jal':
      return {
        lines: [`const reg result = ${FOLLOWING};`, ...jump(`(reg)((reg)at->pc + ${IMMEDIATE})`)],
        result: 'result',
        ...led,
      }
    case 'jalr': {
      const to = `(reg)(x1 + ${IMMEDIATE}) & ~(reg)1`
      const lines = [`const reg result = ${FOLLOWING};`, ...jump(to), ...refuseHigh('x1', xlen)]
      return { lines, result: 'result', ...led }
    }
    default:
      return { lines: [], result: undefined, ...straight }
  }
}

/** Does its result go to a register? */
export const commits = ({ row, discards }: Operation): boolean => !discards && semanticsHasResult(row)

const semanticsHasResult = ({ kind }: Row): boolean => ['alu', 'upper', 'load', 'jal', 'jalr'].includes(kind)
