/** What an operation's rows are: the rules of its AIR, with all that is known of the operation worked in. */
import type { Access, Air, AirSet, Coding } from '../../air/air.ts'
import { substituted, type Expression } from '../../air/expression.ts'
import { P } from '../../air/field.ts'
import { lookupTables, type LookupTable } from '../../air/lookups.ts'
import { columnValue, wordConstant, type Word } from '../../air/word.ts'
import type { Xlen } from '../../elf/image.ts'
import { RvrError } from '../../errors.ts'
import { operationOf } from '../../machine/machine.ts'
import type { Operation } from '../interpreter/operations.ts'
import { advanceOf, type Advance } from './advance.ts'
import { Folder, isConstant } from './fold.ts'

/** Words over these are what C computes rows from: the instruction's fields, then what it does. */
export const INPUTS = ['rd', 'rs1', 'rs2', 'imm', 'pc', 'ts', 'result', 'next_pc', 'hint', 'row'] as const
const OPERANDS = ['a', 'b', 'c', 'd', 'e', 'f', 'g'] as const
type Input = (typeof INPUTS)[number]

export const inputWord = (name: Input): Word => ({ op: 'input', index: INPUTS.indexOf(name) })
/** An operand that is no small number, as a field element. */
const operandWord = (operand: number): Word => ({ op: 'input', index: INPUTS.length + operand })
/** C variable of an input; `row` is where the row is written. */
export function inputName(index: number): string {
  const name = INPUTS[index]
  if (name === 'row') return 'number'
  return name ?? `operand_${OPERANDS[index - INPUTS.length]!}`
}

/** Address spaces that rows may access, as messages number them. */
export const REGISTERS = 1
export const MEMORY = 2
export const PUBLIC_VALUES = 3

export interface PlannedAccess {
  /** Its place among those of the AIR. */
  readonly index: number
  readonly space: number
  readonly pointer: Word
  readonly time: Word
  readonly writes: Word | undefined
  /** Undefined: it always takes place. */
  readonly when: Word | undefined
}

export interface PlannedLookup {
  readonly table: LookupTable
  readonly count: Expression
  readonly fields: readonly Expression[]
}

export interface PlannedRows {
  readonly air: Air
  /** Index in the set. */
  readonly index: number
  readonly folder: Folder
  /** Operands that are words of their own. */
  readonly operands: readonly { readonly name: string; readonly word: Word }[]
  readonly accesses: readonly PlannedAccess[]
  /** The accesses of an instruction's first row. */
  readonly firstAccesses: readonly PlannedAccess[]
  readonly columns: readonly Word[]
  readonly lookups: readonly PlannedLookup[]
  /** What the instruction adds to the time. */
  readonly advance: Advance
}

/** Which AIR of a set has an instruction, and how. */
export interface Coded {
  readonly air: Air
  readonly index: number
  readonly coding: Coding
}

export function codedOf({ airs }: AirSet, { instr }: Operation): Coded | undefined {
  const name = operationOf(instr)
  for (const [index, air] of airs.entries()) {
    const coding = air.codings.find(({ instruction }) => instruction === name)
    if (coding !== undefined) return { air, index, coding }
  }
  return undefined
}

/** Rules that replay cannot follow. */
export const unfit = (air: Air, what: string): RvrError =>
  new RvrError('MACHINE_INVALID', `no native code fills rows of AIR ${air.name}: ${what}`, {
    details: { air: air.name },
  })

const ZERO = wordConstant(0n)
const most = (bits: number): bigint => 2n ** BigInt(bits) - 1n

function mostOf(word: Word, xlen: Xlen): bigint {
  if (word.op !== 'input') return most(word.op === 'last' ? 29 : xlen)
  const name = INPUTS[word.index]
  switch (name) {
    case undefined:
      return BigInt(P - 1)
    case 'rd':
    case 'rs1':
    case 'rs2':
      return 31n
    case 'pc':
    case 'next_pc':
    case 'ts':
      return most(30)
    case 'row':
      return most(24)
    case 'imm':
      return most(64)
    default:
      return most(xlen)
  }
}

/** Is there a result, whether or not it goes anywhere? */
const computes = ({ row: { kind }, discards }: Operation): boolean =>
  ['load', 'jal', 'jalr'].includes(kind) || (['alu', 'upper'].includes(kind) && !discards)

/** Operands a to g as words over the instruction's fields. */
function operandsOf({ coding }: Coded, { discards, row }: Operation, xlen: Xlen): readonly Word[] {
  const isWritten = !discards && ['load', 'jal', 'jalr', 'alu', 'upper'].includes(row.kind)
  const folder = new Folder({
    leaf: word => (word.op === 'input' && word.index === 0 && discards ? ZERO : undefined),
    most: word => mostOf(word, xlen),
    isNeverZero: word => word.op === 'input' && word.index === 0 && isWritten,
  })
  return coding.operands.map((operand, index) => {
    const word = folder.fold(operand)
    return folder.most(word) < P ? word : operandWord(index)
  })
}

/** @throws RvrError `MACHINE_INVALID` where the AIR's rules are none that replay can follow */
export function plannedRows(set: AirSet, operation: Operation, coded: Coded, xlen: Xlen): PlannedRows {
  const { air, index, coding } = coded
  const operands = operandsOf(coded, operation, xlen)
  const isHost = operation.row.kind === 'host'
  const leafOf = (name: string, row: Word): Word => {
    if (name === 'opcode') return wordConstant(BigInt(coding.opcode))
    const operand = OPERANDS.indexOf(name as 'a')
    if (operand >= 0) return operands[operand] ?? ZERO
    if (name === 'row') return row
    if ((name === 'hint' && !isHost) || (name === 'result' && !computes(operation))) return ZERO
    return INPUTS.includes(name as Input) ? inputWord(name as Input) : ZERO
  }
  const off = new Set<number>()
  const folderFor = (row: Word): Folder =>
    new Folder({
      leaf: word => {
        if (word.op === 'input') return leafOf(air.rules.inputs[word.index]!, row)
        return (word.op === 'old' || word.op === 'last') && off.has(word.access) ? ZERO : undefined
      },
      most: word => mostOf(word, xlen),
      isNeverZero: () => false,
    })
  const folder = folderFor(isHost ? inputWord('row') : ZERO)
  const accesses = air.rules.accesses.flatMap((access, at) => {
    const planned = plannedAccess(air, access, at, folder)
    if (planned === undefined) off.add(at)
    return planned ?? []
  })
  const columns = air.rules.columns.map(word => folder.fold(word))
  const first = isHost ? folderFor(ZERO) : folder
  const firstAccesses = air.rules.accesses.flatMap((access, at) => plannedAccess(air, access, at, first) ?? [])
  return {
    air,
    index,
    folder,
    operands: coding.operands.flatMap((word, at) =>
      operands[at] === undefined || !isOperand(operands[at]!) ? [] : [{ name: inputName(INPUTS.length + at), word }],
    ),
    accesses,
    firstAccesses,
    columns,
    lookups: plannedLookups(set, air, columns),
    advance: advanceOf(set, air, column => first.fold(air.rules.columns[column]!)),
  }
}

const isOperand = (word: Word): boolean => word.op === 'input' && word.index >= INPUTS.length

function plannedAccess(air: Air, access: Access, index: number, folder: Folder): PlannedAccess | undefined {
  const when = access.when && folder.fold(access.when)
  if (when !== undefined && isConstant(when) && when.value === 0n) return undefined
  const space = folder.fold(access.space)
  if (!isConstant(space) || ![REGISTERS, MEMORY, PUBLIC_VALUES].includes(Number(space.value)))
    throw unfit(air, `its access ${access.name} is in a space that is not known before there are rows`)
  return {
    index,
    space: Number(space.value),
    pointer: folder.fold(access.pointer),
    time: folder.fold(access.time),
    writes: access.writes && folder.fold(access.writes),
    when: when === undefined || isConstant(when) ? undefined : when,
  }
}

/** What rows ask the tables for that have all their messages, with constant columns worked in. */
export function plannedLookups(set: AirSet, air: Air, columns: readonly Word[]): readonly PlannedLookup[] {
  const tables = lookupTables(set)
  const leaf = (of: Expression): Expression => {
    if (of.op !== 'column') return of
    if (of.row === 1) throw unfit(air, 'what it looks up depends on the next row')
    const word = columns[of.index]!
    return isConstant(word) ? { op: 'constant', value: columnValue(word.value) } : of
  }
  return air.interactions.flatMap(({ bus, direction, count, fields }) => {
    const table = tables.find(each => each.bus === bus)
    if (table === undefined) return []
    if (direction !== 'send') throw unfit(air, 'it answers lookups')
    const [times, ...values] = [count, ...fields].map(each => substituted(each, leaf))
    return times!.op === 'constant' && times!.value === 0 ? [] : [{ table, count: times!, fields: values }]
  })
}
