/** The decoder: instruction rows indexed by opcode and funct3. */
import type { Xlen } from '../elf/image.ts'
import { RvrError } from '../errors.ts'
import { immediate } from './encoding.ts'
import type { Instr, Row } from './row.ts'

/** Decodes one 32-bit instruction word at `pc`; undefined where the word is no known instruction. */
export type Decoder = (word: number, pc: number) => Instr | undefined

/** Two rows claim a common word when they agree on every bit that both of them fix. */
function collide(a: Row, b: Row): boolean {
  const common = a.mask & b.mask
  return (a.match & common) === (b.match & common)
}

/**
 * Builds the decoder for one width from the rows of several tables. Rows of the other width are left out.
 *
 * @throws RvrError `INTERNAL` naming both rows when two rows claim one encoding.
 */
export function createDecoder(xlen: Xlen, tables: readonly (readonly Row[])[]): Decoder {
  const rows = tables.flat().filter(row => row.only === undefined || row.only === xlen)
  const buckets: Row[][] = Array.from({ length: 1024 }, () => [])
  for (const [index, row] of rows.entries()) {
    for (const earlier of rows.slice(0, index)) {
      if (collide(earlier, row)) throw new RvrError('INTERNAL', `instructions ${earlier.name} and ${row.name} claim one encoding`, { details: { rows: [earlier.name, row.name] } })
    }
    for (let funct3 = 0; funct3 < 8; funct3++) {
      if (((row.mask & row.match) & 0x7000 & row.mask) === ((funct3 << 12) & row.mask & 0x7000)) buckets[(row.match & 0x7f) | (funct3 << 7)]!.push(row)
    }
  }
  return (word, pc) => {
    for (const row of buckets[(word & 0x7f) | ((word >>> 5) & 0x380)]!) {
      if ((word & row.mask) === row.match) {
        return { pc, word, row, rd: (word >>> 7) & 31, rs1: (word >>> 15) & 31, rs2: (word >>> 20) & 31, imm: immediate(row.format, word) }
      }
    }
    return undefined
  }
}
