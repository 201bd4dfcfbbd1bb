/** One row of an AIR → C that performs its accesses, writes its columns and counts what it looks up. */
import { P } from '../../air/field.ts'
import type { Word } from '../../air/word.ts'
import { MEMORY_BYTES, type Xlen } from '../../elf/image.ts'
import { WordWriter } from '../rows/words.ts'
import { registerText } from './handler-names.ts'
import { lookupLines } from './lookup-text.ts'
import { MEMORY, REGISTERS, type PlannedAccess, type PlannedRows } from './rows.ts'
import { failIf } from './semantics.ts'

/** Bytes of public values that rows may write. */
export const PUBLIC_BYTES = 2 ** 20

export interface RowText {
  readonly xlen: Xlen
  readonly writer: WordWriter
  /** Offsets of the tables' histograms, by bus. */
  readonly offsets: ReadonlyMap<number, number>
  /** Number of an AIR's access among all of the set, by which it is mended. */
  readonly kind: (access: number) => number
}

/** A word over 32 bits: a number of a register, a time. */
const BITS_OF_REGISTER = 31n

/** The number of the register that an access is of. */
export function registerNumber({ pointer }: PlannedAccess, { folder }: PlannedRows, writer: WordWriter): string {
  const number = folder.quotient(pointer, 4n)
  const text = writer.value(number)
  return folder.most(number) > BITS_OF_REGISTER ? `(${text} & 31)` : text
}

function registerAccess(access: PlannedAccess, rows: PlannedRows, text: RowText): string[] {
  const { writer } = text
  const k = access.index
  const number = registerNumber(access, rows, writer)
  const time = `(uint32_t)${writer.value(access.time)}`
  const touch = `first_touch(r, row, ${text.kind(k)}, ${REGISTERS}, ${number}, old${k}, ${time})`
  const body = [
    `const uint32_t before${k} = r->times[${number}];`,
    `r->times[${number}] = 2 * ${time} + ${access.writes === undefined ? `(before${k} & 1)` : '1'};`,
    `old${k} = ${registerText(number)}; last${k} = before${k} >> 1;`,
    `if (__builtin_expect(before${k} == 0, 0)) ${touch};`,
  ]
  return switched(access, body, writer)
}

function blockAccess(access: PlannedAccess, rows: PlannedRows, text: RowText): string[] {
  const { writer, xlen } = text
  const k = access.index
  const { folder } = rows
  const number = writer.value(folder.quotient(access.pointer, 4n))
  const time = `(uint32_t)${writer.value(access.time)}`
  const blocks = (access.space === MEMORY ? MEMORY_BYTES : PUBLIC_BYTES) / (xlen / 8)
  const first = access.space === MEMORY ? '0' : 'MEMORY_BLOCKS'
  const touch = `first_touch(r, row, ${text.kind(k)}, ${access.space}, ${number}, old${k}, ${time})`
  const body = [
    failIf(`${number} >= ${blocks}`, 'OUTSIDE'),
    failIf('tape == r->tape_end', 'TAPE_SHORT'),
    `block${k} = r->blocks + ${first} + ${number};`,
    `old${k} = *tape++;`,
    `uint32_t before${k} = block${k}->time;`,
    `if (__builtin_expect(before${k} < r->since, 0)) { ${touch}; before${k} = 0; block${k}->content = (reg)old${k}; }`,
    `else ${failIf(`block${k}->content != (reg)old${k}`, 'CONTENT')}`,
    `block${k}->time = 2 * ${time} + ${access.writes === undefined ? `(before${k} & 1)` : '1'};`,
    `last${k} = before${k} >> 1;`,
  ]
  const write = (): string[] => {
    if (access.writes === undefined) return []
    const content = writer.value(access.writes)
    const when = access.when === undefined ? '' : `if (block${k} != 0) `
    return [...writer.lines.splice(0), `${when}block${k}->content = (reg)${content};`]
  }
  return [`struct block *block${k} = 0;`, ...switched(access, body, writer), ...write()]
}

/** Only where the access takes place; without one nothing is found. */
function switched({ index, when }: PlannedAccess, body: readonly string[], writer: WordWriter): string[] {
  const condition = when && writer.value(when)
  const before = writer.lines.splice(0)
  const found = `uint64_t old${index} = 0, last${index} = 0;`
  const block =
    condition === undefined ? [...body] : [`if (${condition} != 0) {`, ...body.map(line => `  ${line}`), '}']
  return [...before, found, ...block]
}

export const accessLines = (rows: PlannedRows, text: RowText): string[] =>
  rows.accesses.flatMap(access =>
    access.space === REGISTERS ? registerAccess(access, rows, text) : blockAccess(access, rows, text),
  )

/** The greatest value of a cell. */
function mostOfCell(word: Word, { folder }: Pick<PlannedRows, 'folder'>): bigint {
  const most = folder.most(word)
  return most < P ? most : BigInt(P - 1)
}

/** C of what a word becomes in a column. */
export function cellText(word: Word, { folder }: Pick<PlannedRows, 'folder'>, writer: WordWriter): string {
  const value = writer.value(word)
  return folder.most(word) < P ? `(uint32_t)${value}` : `element(${value})`
}

export function columnLines(rows: PlannedRows, { writer, offsets }: RowText): string[] {
  const cells = rows.columns.map(word => cellText(word, rows, writer))
  const words = writer.lines.splice(0)
  const lookups = lookupLines(rows.lookups, {
    offsets,
    column: column => ({ text: `(int64_t)c${column}`, least: 0n, most: mostOfCell(rows.columns[column]!, rows) }),
    prefix: 'n',
    operator: '+=',
    otherwise: 'FAIL(NOT_THERE);',
  })
  const asked = new Set(lookups.join('\n').match(/\bc\d+\b/g))
  const written = cells.map((cell, column) => {
    const name = `c${column}`
    return asked.has(name) ? `const uint32_t ${name} = ${cell}; row[${column}] = ${name};` : `row[${column}] = ${cell};`
  })
  return [...words, ...written, ...lookups]
}
