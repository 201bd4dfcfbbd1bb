/** An operation → the two C functions that replay it: one counts its rows, the other fills them. */
import type { AirSet } from '../../air/air.ts'
import { isConstant } from './fold.ts'
import type { Word } from '../../air/word.ts'
import type { Xlen } from '../../elf/image.ts'
import { isMemory, type CallRow } from '../../isa/row.ts'
import type { Operation } from '../interpreter/operations.ts'
import { WordWriter, type LeafNames } from '../rows/words.ts'
import { declared, handlerNames, registerText } from './handler-names.ts'
import { accessLines, columnLines, registerNumber, type RowText } from './row-text.ts'
import { codedOf, plannedRows, REGISTERS, unfit, type PlannedAccess, type PlannedRows } from './rows.ts'
import { commits, failIf, refuseHigh, semanticsOf } from './semantics.ts'

/** What all handlers of an engine have in common. */
export interface HandlerContext {
  readonly set: AirSet
  readonly xlen: Xlen
  readonly offsets: RowText['offsets']
  /** Number of an access of an AIR among those of all. */
  readonly kindOf: (air: number, access: number) => number
}

export interface Handlers {
  /** Statements that count an operation's rows. */
  readonly cut: readonly string[]
  /** Statements that fill them. */
  readonly fill: readonly string[]
}

/** Undefined for operations that no AIR has. @throws RvrError `MACHINE_INVALID` */
export function handlersOf(operation: Operation, context: HandlerContext): Handlers | undefined {
  const coded = codedOf(context.set, operation)
  if (coded === undefined) return undefined
  const rows = plannedRows(context.set, operation, coded, context.xlen)
  const handlers = operation.row.kind === 'host' ? hostHandlers : plainHandlers
  const { cut, fill } = handlers(operation, rows, context)
  return { cut: declared(cut), fill: declared(fill) }
}

/** Words of a coding count the instruction's fields as inputs do. */
function operandLines({ operands }: PlannedRows, writer: WordWriter): string[] {
  const lines = operands.map(({ name, word }) => `const uint64_t ${name} = element(${writer.value(word)});`)
  return [...writer.lines.splice(0), ...lines]
}

/** `ts` behind the instruction. */
function advanceLines({ advance: { constant, terms } }: PlannedRows, writer: WordWriter): string[] {
  if (terms.length === 0) return [`ts += ${constant};`]
  const sums = terms.map(({ word, factor }) => {
    const value = writer.value(word)
    return `took = field_add(took, field_mul(${factor}u, element(${value})));`
  })
  return [
    ...writer.lines.splice(0),
    `uint32_t took = ${constant};`,
    ...sums,
    failIf('took > MOST_TIME || ts + took > MOST_TIME', 'TIME'),
    'ts += took;',
  ]
}

const rowLines = ({ index, columns }: PlannedRows): string[] => [
  `uint32_t *const row = r->rows[${index}].next;`,
  failIf(`row == r->rows[${index}].end`, 'ROWS_MANY'),
  `r->rows[${index}].next = row + ${columns.length};`,
]

function plainHandlers(operation: Operation, rows: PlannedRows, context: HandlerContext): Handlers {
  const { lines, result, nextPc, next } = semanticsOf(operation, context.xlen)
  const names = handlerNames(nextPc)
  const { row } = operation
  const isAccess = row.kind === 'load' || row.kind === 'store'
  const isCall = row.kind === 'call'
  const commit = commits(operation) ? [`r->x[at->rd] = ${result};`] : []
  const cutter = new WordWriter('v', names)
  const cut = [
    ...lines,
    ...(isCall ? callLines(row, rows, context.xlen) : []),
    `r->rows[${rows.index}].counted++;`,
    ...(isAccess ? ['tape += 1 + crosses;'] : []),
    ...(isCall ? ['tape += blocks;'] : []),
    ...advanceLines(rows, cutter),
    ...commit,
    `NEXT(${next});`,
  ]
  const writer = new WordWriter('v', names)
  const text = rowText(rows, writer, context)
  const fill = [
    ...lines,
    ...(isCall ? callLines(row, rows, context.xlen) : []),
    ...operandLines(rows, writer),
    ...rowLines(rows),
    ...accessLines(rows, text),
    ...columnLines(rows, text),
    'COUNT;',
    ...advanceLines(rows, writer),
    ...commit,
    `NEXT(${next});`,
  ]
  return { cut, fill }
}

const CONTENTS = { rd: 'xd', rs1: 'x1', rs2: 'x2' } as const

/** What rows of a call cannot show, and the blocks of its operands: it changes memory alone. */
function callLines({ operands, result }: CallRow, { air, accesses }: PlannedRows, xlen: Xlen): string[] {
  if (result !== undefined) throw unfit(air, 'it has calls with a result')
  const blocks = accesses.filter(({ space }) => space !== REGISTERS)
  if (blocks.some(({ when }) => when !== undefined))
    throw unfit(air, 'it has calls that access what is not on the tape')
  const places = operands.filter(isMemory).map(({ register }) => CONTENTS[register])
  const refusals = places.flatMap(place => [
    ...refuseHigh(place, xlen),
    failIf(`(${place} & ${xlen / 8 - 1}) != 0`, 'REFUSED'),
  ])
  const short = failIf('r->tape_end - tape < blocks', 'TAPE_SHORT')
  return [...refusals, `const int64_t blocks = ${blocks.length};`, short]
}

const rowText = (rows: PlannedRows, writer: WordWriter, { xlen, offsets, kindOf }: HandlerContext): RowText => ({
  xlen,
  writer,
  offsets,
  kind: access => kindOf(rows.index, access),
})

/** The record that the tape has of a host instruction, and what rows of it cannot show. */
function recordLines(rows: PlannedRows, writer: WordWriter, xlen: Xlen): string[] {
  const lines = [
    failIf('r->tape_end - tape < 2', 'TAPE_SHORT'),
    'const uint64_t count = tape[0], hinted = tape[1];',
    failIf('count == 0 || count > MOST_ROWS || (hinted != 0 && hinted != count)', 'RECORD'),
    failIf('(uint64_t)(r->tape_end - tape - 2) < hinted', 'TAPE_SHORT'),
  ]
  const blocks = rows.firstAccesses.filter(({ space }) => space !== REGISTERS)
  if (blocks.length === 0) return lines
  const apart = blocks.map(({ pointer }) => {
    const [of, unit] = scaled(pointer)
    return failIf(`${writer.value(of)} % ${4n * unit} != 0`, 'REFUSED')
  })
  return [...lines, ...refuseHigh('xd', xlen), ...writer.lines.splice(0), ...apart]
}

/** A pointer is an address over a constant: the address has to be that of a block. */
const scaled = (pointer: Word): readonly [Word, bigint] =>
  pointer.op === 'binary' && pointer.operator === '/' && isConstant(pointer.right)
    ? [pointer.left, pointer.right.value]
    : [pointer, 1n]

/** Before an instruction's accesses registers are as they are. */
function namesBefore(rows: PlannedRows): LeafNames {
  const names = handlerNames('at->pc + 4')
  const numbers = new WordWriter('none', names)
  const registerOf = (access: number): string => {
    const found = rows.firstAccesses.find(({ index }) => index === access)
    if (found === undefined || found.space !== REGISTERS)
      throw unfit(rows.air, 'the time or place of its rows depends on what memory holds')
    return `(uint64_t)${registerText(registerNumber(found, rows, numbers))}`
  }
  const last = (): never => {
    throw unfit(rows.air, 'the time or place of its rows depends on earlier accesses')
  }
  return { ...names, old: registerOf, last }
}

/** How many blocks of the tape the rows take, as they are counted. */
function blockLines(rows: PlannedRows, writer: WordWriter): string[] {
  const blocks = rows.accesses.filter(({ space }) => space !== REGISTERS)
  const always = blocks.filter(({ when }) => when === undefined).length
  const asked: PlannedAccess[] = blocks.filter(({ when }) => when !== undefined)
  const conditions = asked.map(({ when }) => `(${writer.value(when!)} != 0)`)
  const each = [always, ...conditions].join(' + ')
  const sum =
    asked.length === 0
      ? [`const uint64_t blocks = count * ${always};`]
      : [
          'uint64_t blocks = 0;',
          'for (uint64_t number = 0; number < count; number++) {',
          ...writer.lines.splice(0).map(line => `  ${line}`),
          `  blocks += ${each};`,
          '}',
        ]
  return [...sum, failIf('(uint64_t)(r->tape_end - tape) < blocks', 'TAPE_SHORT'), 'tape += blocks;']
}

function hostHandlers(_operation: Operation, rows: PlannedRows, context: HandlerContext): Handlers {
  const before = namesBefore(rows)
  const cutter = new WordWriter('v', before)
  const cut = [
    ...operandLines(rows, cutter),
    ...recordLines(rows, cutter, context.xlen),
    'tape += 2 + hinted;',
    ...blockLines(rows, new WordWriter('w', before)),
    `r->rows[${rows.index}].counted += count;`,
    ...advanceLines(rows, cutter),
    'NEXT(at + 1);',
  ]
  const outer = new WordWriter('v', before)
  const writer = new WordWriter('w', handlerNames('at->pc + 4'))
  const text = rowText(rows, writer, context)
  const each = [
    'const uint64_t hint = hinted == 0 ? 0 : hints[number];',
    ...rowLines(rows),
    ...accessLines(rows, text),
    ...columnLines(rows, text),
  ]
  const fill = [
    ...operandLines(rows, outer),
    ...recordLines(rows, outer, context.xlen),
    'const reg *const hints = tape + 2;',
    'tape += 2 + hinted;',
    'for (uint64_t number = 0; number < count; number++) {',
    ...each.map(line => `  ${line}`),
    '}',
    'COUNT;',
    ...advanceLines(rows, outer),
    'NEXT(at + 1);',
  ]
  return { cut, fill }
}
