/** One operation → the C function that executes it. */
import type { MemoryMap, Xlen } from '../../elf/image.ts'
import {
  isMemory,
  type CallOperand,
  type CallRow,
  type Instr,
  type LoadRow,
  type MemoryOperand,
  type Row,
} from '../../isa/row.ts'
import type { Machine } from '../../machine/machine.ts'
import type { Emission, InstrAtHand, Mode } from '../../modes/mode.ts'
import { RESERVATION } from '../calls.ts'
import type { Convention } from '../convention.ts'
import type { Operation } from './operations.ts'

/** What all handlers of one mode have in common. */
export interface HandlerContext {
  readonly xlen: Xlen
  readonly memory: MemoryMap
  readonly rows: readonly Row[]
  readonly operations: readonly Operation[]
  readonly mode: Mode
  readonly machine: Machine
  readonly emission: Emission
  readonly convention: Convention
}

const x = (field: 'rd' | 'rs1' | 'rs2'): string => `x(m, at->${field})`
const IMMEDIATE = '(reg)(sreg)at->imm'
const ADDRESS = `(uint64_t)(${x('rs1')} + ${IMMEDIATE})`
const FOLLOWING = '(reg)pc_of(m, behind(at))'
/** An access by itself. */
const ALONE = { address: 'address', isRepeated: false, isTold: false, isIterated: false } as const
const UNSIGNED = { 1: 'uint8_t', 2: 'u16', 4: 'u32', 8: 'u64' } as const
const SIGNED = { 1: 'int8_t', 2: 'i16', 4: 'i32', 8: 'u64' } as const

/** The instruction at hand, for modes. */
export const atHand: InstrAtHand = {
  pc: 'pc_of(m, at)',
  behind: 'pc_of(m, behind(at))',
  rd: 'at->rd',
  rs1: 'at->rs1',
  imm: 'at->imm',
}

/** Macros of engine.c: to the next instruction, to where `at` leads, to the host for this one. */
const NEXT = 'NEXT;'
const ENTER = 'ENTER;'
const STEP = 'STEP;'
const stepIf = (condition: string): string => `if (__builtin_expect(${condition}, 0)) ${STEP}`

/** The statements of the function. What may leave the instruction to the host comes before anything is counted. */
export function handlerBody(operation: Operation, context: HandlerContext): string[] {
  const leaves = context.emission.leavesBlock?.(operation.instr)
  const body = bodyOf(operation, context)
  return leaves === undefined ? body : [stepIf(leaves), ...body]
}

function bodyOf({ row, discards, instr }: Operation, context: HandlerContext): string[] {
  const { emission, memory } = context
  const told = [...(emission.executed?.(instr, undefined) ?? []), ...(emission.blockEntered?.([instr]) ?? [])]
  const counted = [...counting(instr, context), ...told]
  const transferred = (address: string, slot: string): readonly string[] =>
    emission.transferred?.({ instr, target: { address, slot }, stackPointer: 'x(m, 2)' }) ?? []
  /** The result, unless it goes nowhere. */
  const set = (value: string): string[] => (discards ? [] : [`set(m, at->rd, ${value});`])
  const access = (width: number): string[] => [
    `uint64_t address = ${ADDRESS};`,
    stepIf(outsideText(memory, 'address', width)),
    ...touched(width, context),
    ...(emission.accessed?.({ ...ALONE, width, isAligned: width === 1, instr }) ?? []),
    ...counted,
  ]
  switch (row.kind) {
    case 'nop':
      return [...counted, NEXT]
    case 'alu': {
      const second = row.source === 'register' ? x('rs2') : `(${IMMEDIATE})`
      return [...counted, ...set(`(reg)(${row.c(x('rs1'), second, context.xlen)})`), NEXT]
    }
    case 'upper':
      return [...counted, ...set(row.relative ? `(reg)pc_of(m, at) + ${IMMEDIATE}` : IMMEDIATE), NEXT]
    case 'load':
      return [...access(row.width), ...set(loaded(row)), NEXT]
    case 'store': {
      const type = UNSIGNED[row.width]
      return [...access(row.width), `*(${type} *)(m + address) = (${type})${x('rs2')};`, NEXT]
    }
    case 'branch':
      return [...counted, `if (${row.c(x('rs1'), x('rs2'))}) at += at->imm; else at = behind(at);`, ENTER]
    case 'jal':
      return [
        ...counted,
        ...set(FOLLOWING),
        ...transferred('pc_of(m, at + at->imm)', '(at + at->imm - code(m)->first)'),
        'at += at->imm;',
        ENTER,
      ]
    case 'jalr':
      return [
        `uint64_t to = (${ADDRESS} & ~(uint64_t)1) - code(m)->base;`,
        stepIf('(to & (SLOT_BYTES - 1)) != 0 || to >> SLOT_SHIFT >= code(m)->slots'),
        ...counted,
        ...set(FOLLOWING),
        ...transferred('(code(m)->base + to)', '(to >> SLOT_SHIFT)'),
        'at = code(m)->first + (to >> SLOT_SHIFT);',
        ENTER,
      ]
    case 'call':
      if (emission.leavesCalls === true) return [STEP]
      return [...call(instr, row, context), ...counted, ...callEnd(row, set)]
    default:
      return [STEP]
  }
}

const loaded = ({ signed, width }: LoadRow): string =>
  signed ? `(reg)(sreg)*(${SIGNED[width]} *)(m + address)` : `(reg)*(${UNSIGNED[width]} *)(m + address)`

function counting(instr: Operation['instr'], { mode, machine }: HandlerContext): string[] {
  return mode.counters.slice(1).flatMap(counter => {
    const amount = counter.amount(instr, machine)
    return amount === 0 ? [] : [`${counter.name} += ${amount};`]
  })
}

const touched = (width: number, { emission }: HandlerContext): readonly string[] =>
  emission.memoryTouched?.({ base: 'address', isStackPointer: false, accesses: [{ offset: 0, width }] }) ?? []

/** The condition that so many bytes are no legal memory. Where the host watches words, each guest has its own. */
function outsideText({ base, bytes, watched }: MemoryMap, address: string, length: number | string): string {
  if (watched !== undefined) return `${address} - code(m)->direct_base > code(m)->direct_bytes - ${length}`
  const last = typeof length === 'number' ? `${bytes - length}` : `${bytes} - ${length}`
  return `${base === 0 ? address : `${address} - ${base}u`} > ${last}`
}

const valueOf = ({ register }: CallOperand): string => `(uint64_t)${x(register)}`
const lengthOf = ({ bytes }: MemoryOperand): string => (bytes === 'rs2' ? `(uint64_t)${x('rs2')}` : `${bytes}`)

/** Conditions under which an operand is no legal memory. */
function outside(operand: MemoryOperand, { xlen, memory }: HandlerContext): string[] {
  const address = valueOf(operand)
  if (operand.bytes !== 'rs2') {
    const isCut = operand.isAligned === true ? [`(${address} & ${operand.bytes - 1}) != 0`] : []
    return [outsideText(memory, address, operand.bytes), ...isCut]
  }
  const length = lengthOf(operand)
  const isCut = operand.inWords === true ? [`(${length} & ${xlen / 8 - 1}) != 0`] : []
  return [`${length} > ${operand.most}`, ...isCut, outsideText(memory, address, length)]
}

function call(instr: Instr, { c, operands, result }: CallRow, context: HandlerContext): string[] {
  const { emission } = context
  const values = operands.map(operand => {
    if (operand.access === 'reservation') return RESERVATION
    return isMemory(operand) ? `(uint8_t *)m + ${valueOf(operand)}` : valueOf(operand)
  })
  if (result !== undefined) values.push('&state(m)->result')
  const memory = operands.filter(isMemory)
  const checks = new Set(memory.flatMap(operand => outside(operand, context)))
  const ranges = memory.map(operand => ({ address: valueOf(operand), length: lengthOf(operand) }))
  const leaves = emission.calls === undefined ? [] : [emission.calls.leaves(ranges)]
  return [
    stepIf([...checks, ...leaves, `!${c}(${values.join(', ')})`].join(' || ')),
    ...ranges.flatMap(({ address, length }) => emission.rangeTouched?.(address, length) ?? []),
    ...(emission.calls?.executed(instr, ranges) ?? []),
  ]
}

function callEnd({ result }: CallRow, set: (value: string) => string[]): string[] {
  if (result === 'branch') return ['if (state(m)->result != 0) at += at->imm; else at = behind(at);', ENTER]
  return result === 'register' ? [...set('(reg)state(m)->result'), NEXT] : [NEXT]
}
