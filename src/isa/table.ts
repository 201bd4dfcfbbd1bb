/** The decoder: instruction rows indexed by opcode and funct3. */
import type { Xlen } from '../elf/image.ts'
import { RvrError } from '../errors.ts'
import type { CompressedRow } from './compressed-row.ts'
import { expander } from './compressed.ts'
import { immediate } from './encoding.ts'
import type { Instr, Row, SlotBytes } from './row.ts'

/** Decodes the instruction that 32 bits at `pc` begin with; undefined where they are no known one. */
export interface Decoder {
  (word: number, pc: number): Instr | undefined
  /**
   * The word of 32 bits that a half-word stands for, 0 where it stands for none; undefined where the guest has no
   * compressed instructions.
   */
  readonly expand: ((half: number) => number) | undefined
  /** Which instruction a word is, without its operands. */
  rowOf(word: number): Row | undefined
  /** Instructions begin at multiples of it: 2 bytes where the guest has compressed ones. */
  readonly slotBytes: SlotBytes
  /** All instructions that it knows. */
  readonly rows: readonly Row[]
}

type AllKeys<T> = T extends unknown ? keyof T : never
type AnyRow = Record<AllKeys<Row>, unknown>

/** Two rows claim a common word when they agree on every bit that both of them fix. */
function collide(a: Row, b: Row): boolean {
  const common = a.mask & b.mask
  return (a.match & common) === (b.match & common)
}

/**
 * The same row as an object with all fields that any row has, in one order: what reads rows of all kinds is faster for
 * it.
 */
function uniform(row: Row): Row {
  const fields: Record<keyof AnyRow, unknown> = {
    kind: undefined,
    name: undefined,
    format: undefined,
    mask: undefined,
    match: undefined,
    only: undefined,
    op: undefined,
    source: undefined,
    inRuntime: undefined,
    isListed: undefined,
    condition: undefined,
    ends: undefined,
    eval: undefined,
    c: undefined,
    relative: undefined,
    width: undefined,
    signed: undefined,
    operands: undefined,
    result: undefined,
    files: undefined,
    extraRows: undefined,
    execute: undefined,
  }
  return Object.assign(fields, row) as unknown as Row
}

/** The instructions of one extension. */
export interface InstructionTable {
  readonly name: string
  readonly rows: readonly Row[]
  /** Of 16 bits; with these, instructions may begin at every other byte. */
  readonly compressed?: readonly CompressedRow[] | undefined
}

/** Bytes of an instruction slot in a guest with these tables. */
export const slotBytesOf = (tables: readonly InstructionTable[]): SlotBytes =>
  tables.some(({ compressed }) => compressed !== undefined) ? 2 : 4

const saying = ({ name }: Row, table: string): string => `instruction ${name} of extension ${table}`

/**
 * Builds the decoder for one width from the tables of several extensions. Rows of the other width are left out.
 *
 * @throws RvrError `CONFIG_INVALID` naming both extensions and both instructions when two rows claim one encoding.
 */
export function createDecoder(xlen: Xlen, tables: readonly InstructionTable[]): Decoder {
  const rows = tables.flatMap(table =>
    table.rows
      .filter(row => row.only === undefined || row.only === xlen)
      .map(row => ({ row: uniform(row), table: table.name })),
  )
  const buckets: Row[][] = Array.from({ length: 1024 }, () => [])
  const earlierOf = new Map<number, typeof rows>()
  for (const { row, table } of rows) {
    // Every row fixes the opcode, so only rows of one opcode can collide.
    const opcode = row.match & 0x7f
    let earlier = earlierOf.get(opcode)
    if (earlier === undefined) earlierOf.set(opcode, (earlier = []))
    for (const other of earlier) {
      if (collide(other.row, row)) {
        throw new RvrError(
          'CONFIG_INVALID',
          `${saying(row, table)} and ${saying(other.row, other.table)} claim one encoding`,
          {
            hint: 'Leave one of the two extensions out, or give one of the instructions another encoding.',
            details: { extensions: [other.table, table], rows: [other.row.name, row.name] },
          },
        )
      }
    }
    earlier.push({ row, table })
    for (let funct3 = 0; funct3 < 8; funct3++) {
      if ((row.mask & row.match & 0x7000 & row.mask) === ((funct3 << 12) & row.mask & 0x7000))
        buckets[(row.match & 0x7f) | (funct3 << 7)]!.push(row)
    }
  }
  const slotBytes = slotBytesOf(tables)
  const expand =
    slotBytes === 4
      ? undefined
      : expander(
          xlen,
          tables.flatMap(({ compressed = [] }) => compressed),
        )
  const rowOf = (bits: number): Row | undefined => {
    const isHalf = expand !== undefined && (bits & 3) !== 3
    const word = isHalf ? expand(bits & 0xffff) : bits
    for (const row of buckets[(word & 0x7f) | ((word >>> 5) & 0x380)]!) if ((word & row.mask) === row.match) return row
    return undefined
  }
  const decode = (bits: number, pc: number): Instr | undefined => {
    const row = rowOf(bits)
    if (row === undefined) return undefined
    const isHalf = expand !== undefined && (bits & 3) !== 3
    const word = isHalf ? expand(bits & 0xffff) : bits
    return {
      pc,
      size: isHalf ? 2 : 4,
      word: isHalf ? bits & 0xffff : bits,
      row,
      rd: (word >>> 7) & 31,
      rs1: (word >>> 15) & 31,
      rs2: (word >>> 20) & 31,
      imm: immediate(row.format, word),
    }
  }
  return Object.assign(decode, { rowOf, expand, slotBytes, rows: rows.map(({ row }) => row) })
}
