/** Instr → assembly text, in the notation of GNU objdump without aliases. */
import { hexText, wordText } from '../hex.ts'
import { compressedRowOf, compressedRows, operandsOf } from './compressed.ts'
import { counterOf } from './counters.ts'
import { registerNames } from './registers.ts'
import type { Instr } from './row.ts'

const ALL = [...compressedRows.c, ...compressedRows.zcb]

/** A word that is no known instruction. */
export const unknownText = ({ word, size }: { readonly word: number; readonly size: 2 | 4 }): string =>
  size === 4 ? `.word ${wordText(word)}` : `.half ${hexText(word)}`

/** How an atomic instruction is ordered against those of other harts, by the bits that say it. */
const ORDERS = ['', '.rl', '.aq', '.aqrl'] as const

const registerText = (imm: number): string => counterOf(imm & 0xfff)?.name ?? hexText(imm & 0xfff)

/**
 * The assembly text of one instruction; branch and jump targets are printed as absolute addresses. Of a compressed one
 * its own text, and behind it in parentheses that of the instruction that it stands for.
 */
export const disassemble = (instr: Instr): string =>
  instr.size === 2 ? `${compressedText(instr)} (${wholeText(instr)})` : wholeText(instr)

/** `c.addi a0,1` */
function compressedText({ word, pc, row }: Instr): string {
  // Both widths have their own half-words, which stand for different instructions.
  const own = ([32, 64] as const).map(xlen => compressedRowOf(ALL, word, xlen)).filter(found => found !== undefined)
  const found = own.find(({ base }) => base === row.name) ?? own[0]
  const operands = found && operandsOf(found, word)
  if (found === undefined || operands === undefined) return `.half ${hexText(word)}`
  const { rd, rs1, rs2, imm } = operands
  const texts: Readonly<Record<string, string>> = {
    rd: registerNames[rd]!,
    rs1: registerNames[rs1]!,
    rs2: registerNames[rs2]!,
    imm: String(imm),
    hex: hexText(imm),
    upper: hexText((imm >>> 12) & 0xfffff),
    target: hexText((pc + imm) >>> 0),
  }
  return `${found.name} ${found.text.replaceAll(/rd|rs1|rs2|imm|hex|upper|target/g, name => texts[name]!)}`.trimEnd()
}

function wholeText(instr: Instr): string {
  const { row, pc, imm } = instr
  const rd = registerNames[instr.rd]!
  const rs1 = registerNames[instr.rs1]!
  const rs2 = registerNames[instr.rs2]!
  switch (row.format) {
    case 'R':
      return `${row.name} ${rd},${rs1},${rs2}`
    case 'I':
      return row.kind === 'load' || row.kind === 'jalr'
        ? `${row.name} ${rd},${imm}(${rs1})`
        : `${row.name} ${rd},${rs1},${imm}`
    case 'unary':
      return `${row.name} ${rd},${rs1}`
    case 'shift':
    case 'shiftw':
      return `${row.name} ${rd},${rs1},${hexText(imm >>> 0)}`
    case 'S':
      return `${row.name} ${rs2},${imm}(${rs1})`
    case 'B':
      return `${row.name} ${rs1},${rs2},${hexText((pc + imm) >>> 0)}`
    case 'U':
      return `${row.name} ${rd},${hexText(imm >>> 12)}`
    case 'J':
      return `${row.name} ${rd},${hexText((pc + imm) >>> 0)}`
    case 'csr':
      return `${row.name} ${rd},${registerText(imm)},${rs1}`
    case 'csri':
      return `${row.name} ${rd},${registerText(imm)},${instr.rs1}`
    case 'amo':
      return `${row.name}${ORDERS[imm]} ${rd},${rs2},(${rs1})`
    case 'lr':
      return `${row.name}${ORDERS[imm]} ${rd},(${rs1})`
    case 'fence':
    case 'none':
      return row.name
  }
}
