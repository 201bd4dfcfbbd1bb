/** One basic block → C statements. */
import { MEMORY_BYTES } from '../elf/image.ts'
import { disassemble } from '../isa/disassemble.ts'
import { registerNames } from '../isa/registers.ts'
import type { Instr } from '../isa/row.ts'
import type { Terminator } from '../program/program.ts'
import { groupAccesses } from './access-groups.ts'
import { callStatements, RESULT } from './calls.ts'
import { regionName, type EmitterContext } from './emitter.ts'
import type { Check } from '../analysis/facts.ts'
import type { Moving } from './moving.ts'
import type { WordVariables } from './loops/word-variables.ts'
import { planPairs } from './pairs/write.ts'
import { addressOf, constant, operand, wideConstant } from './operands.ts'
import { writes } from '../isa/registers-used.ts'
import { total, type BlockPlan } from './region-plan.ts'
import type { RegionWriter } from './region-writer.ts'
import { writtenBy } from '../analysis/traffic.ts'

/**
 * What is written of a block: all of it, or, where everything in front of the instructions is done already, those, the
 * transfer or both.
 */
export type Part = 'whole' | 'instructions' | 'transfer' | 'paid'

/** A block of a loop's fast copy: what the test in front of it allows. */
export interface InLoop {
  /** Instructions (by index) that add and keep 32 bits, which are all that there is. */
  readonly lossless: ReadonlySet<number>
  /** C expressions of what instructions (by index) access, where these are not made of their registers. */
  readonly places?: ReadonlyMap<number, string>
  /** Words of the stack that are kept in variables. */
  readonly variables?: WordVariables
  /** Does the block begin an iteration? */
  readonly isHeader?: boolean
  /** Set where the block's rows, and what those of its instructions (by index) touch, are counted elsewhere. */
  readonly counted?: ReadonlySet<number>
}

/**
 * Writes a block: stop test, memory checks, counters, instructions, transfer. `following` is the block whose text comes
 * next.
 */
export function writeBlock(
  writer: RegionWriter,
  plan: BlockPlan,
  following: number | undefined,
  part: Part = 'whole',
  inLoop?: InLoop,
): void {
  const moving = writer.moving.inBlock(plan)
  if (part === 'whole') writeEntry(writer, plan)
  if (part !== 'transfer') writeInstructions(writer, plan, moving, inLoop)
  if (part !== 'instructions') writeEnd(writer, plan, following, moving)
}

/** Label, stop test, checks of what registers hold here, counters. */
function writeEntry(writer: RegionWriter, { block, checks, amounts, tests, dirtyAtEntry }: BlockPlan): void {
  const {
    lines,
    context: { mode, emission },
  } = writer
  lines.push(`${writer.label(block)}:;`)
  // No test is farther from the next than the floor: the budget never becomes negative.
  const stop = (): string => writer.sideExit(block.pc, 'RVR_STOP', dirtyAtEntry)
  if (emission.blockTest !== undefined)
    for (const line of emission.blockTest(amounts[0]!, block.rest, stop())) lines.push(`  ${line}`)
  else if (tests) lines.push(`  if (__builtin_expect(${mode.counters[0].name} < floor_of(m), 0)) goto ${stop()};`)
  // The test of a mode of its own has paid counter 0 already.
  const prepaid =
    emission.blockTest === undefined || amounts[0] === 0 ? '' : `${mode.counters[0].name} += ${amounts[0]}; `
  for (const check of checks.head)
    lines.push(`  if (${outside(check)}) goto ${writer.sideExit(block.pc, 'RVR_STEP', dirtyAtEntry, prepaid)};`)
  for (let index = 0; index < mode.counters.length; index++) {
    if (amounts[index] !== 0 && (index > 0 || prepaid === ''))
      lines.push(`  ${mode.counters[index]!.name} ${index === 0 ? '-=' : '+='} ${amounts[index]};`)
  }
}

/** Gives back what a block has paid for its instructions from `index` on. */
const refund = ({ mode, emission, machine }: EmitterContext, instrs: readonly Instr[], index: number): string =>
  mode.counters
    .map((counter, number) => {
      const amount = total(counter, instrs, machine, index)
      return amount === 0 ? '' : `${counter.name} ${number === 0 ? '+=' : '-='} ${amount}; `
    })
    .join('') + (emission.refund?.(instrs.slice(index)) ?? '')

function writeInstructions(
  writer: RegionWriter,
  { instrs, checks, dirtyAtEntry, stored, loads }: BlockPlan,
  moving: ReadonlyMap<number, Moving>,
  inLoop: InLoop | undefined,
): void {
  const { context, lines } = writer
  const {
    emission,
    cold,
    graph: {
      program: { xlen },
    },
  } = context
  if (inLoop?.counted === undefined) for (const line of emission.blockEntered?.(instrs) ?? []) lines.push(`  ${line}`)
  const groups =
    emission.memoryTouched === undefined
      ? undefined
      : groupAccesses(instrs, new Set(checks.inner.keys()), moving, inLoop?.counted)
  const pairs = xlen === 32 ? planPairs(instrs, inLoop?.variables, inLoop?.isHeader) : undefined
  const lasts = lastWrites(instrs, stored)
  let dirty = dirtyAtEntry
  // Then registers may be read in front of the instruction that does it.
  const loadsFirst = pairs !== undefined || groups !== undefined
  if (loadsFirst) for (const mask of loads?.values() ?? []) lines.push(`  ${writer.load(mask)}`)
  if (pairs !== undefined) lines.push('  {')
  for (let index = 0; index < instrs.length; index++) {
    const instr = instrs[index]!
    const check = checks.inner.get(index)
    const mask = loadsFirst ? undefined : loads?.get(index)
    if (mask !== undefined) lines.push(`  ${writer.load(mask)}`)
    const exit =
      check === undefined && instr.row.kind !== 'call'
        ? ''
        : writer.sideExit(instr.pc, 'RVR_STEP', dirty, refund(context, instrs, index))
    if (check !== undefined) lines.push(`  if (${outside(check)}) goto ${exit};`)
    for (const group of groups?.get(index) ?? [])
      for (const line of emission.memoryTouched!(group)) lines.push(`  ${line}`)
    if (instr.row.kind === 'call')
      for (const line of callStatements(instr, instr.row, context, exit)) lines.push(`  ${line}`)
    for (const line of pairs?.before[index] ?? []) lines.push(`  ${line}`)
    const text =
      pairs?.statements[index] ??
      statement(
        instr,
        writer,
        moving.get(index),
        inLoop?.lossless.has(index) === true,
        inLoop?.places?.get(index),
        inLoop?.variables?.nameOf(instr),
      )
    if (text !== undefined) lines.push(`  ${text} /* ${instr.pc.toString(16)} ${disassemble(instr)} */`)
    const finished = lasts === undefined ? 0 : lasts[index]!
    if (finished !== 0) lines.push(`  ${writer.flush(finished).trimEnd()}`)
    dirty = (dirty | (writes(instr) & cold)) & ~finished
  }
  if (pairs !== undefined) lines.push('  }')
}

/** By instruction, which registers of `mask` it is the last to write; undefined where there are none. */
function lastWrites(instrs: readonly Instr[], mask: number): number[] | undefined {
  if (mask === 0) return undefined
  const last: number[] = []
  for (let index = instrs.length - 1, open = mask; index >= 0; index--) {
    last[index] = writes(instrs[index]!) & open
    open &= ~last[index]!
  }
  return last
}

/** Where control goes on. */
function writeEnd(
  writer: RegionWriter,
  { block: { id, pc, count, end }, instrs, dirtyAtEntry, stored }: BlockPlan,
  following: number | undefined,
  moving: ReadonlyMap<number, Moving>,
): void {
  const { lines, context } = writer
  const last = instrs.length - 1
  const dirtyBehind = (count: number): number => (dirtyAtEntry | (writtenBy(instrs, count) & context.cold)) & ~stored
  const dirty = dirtyBehind(instrs.length)
  if (isTransfer(end))
    writeTransfer(
      writer,
      id,
      end,
      dirtyBehind(last),
      dirty,
      () => refund(context, instrs, last),
      following,
      moving.get(last),
    )
  else if (end.kind === 'host') lines.push(`  goto ${writer.sideExit(end.pc, 'RVR_STEP', dirty)};`)
  else if (end.next !== following)
    lines.push(`  ${writer.transfer(end.next, pcAfter(end.next, writer, pc + 4 * count), dirty)}`)
}

const pcAfter = (id: number | undefined, writer: RegionWriter, otherwise: number): number =>
  id === undefined ? otherwise : writer.context.graph.blocks[id]!.pc

type Transfer = Extract<Terminator, { kind: 'branch' | 'jump' | 'indirect' }>
const isTransfer = (end: Terminator): end is Transfer =>
  end.kind === 'branch' || end.kind === 'jump' || end.kind === 'indirect'

/** The condition under which the check's range is not all legal memory: unsigned, so that every high bit counts. */
function outside(check: Check): string {
  const register = check.register === 0 ? '(reg)0' : registerNames[check.register]!
  const low = -check.low
  const last = MEMORY_BYTES - check.high
  return low === 0
    ? `__builtin_expect(${register} > ${last}, 0)`
    : `__builtin_expect((reg)(${register} - ${low}) > ${last - low}, 0)`
}

/**
 * The C in front of addresses, by bytes: types of any alignment. Calls of functions that copy take C compilers longer.
 */
const UNSIGNED = { 1: '*(uint8_t *)(', 2: '*(u16 *)(', 4: '*(u32 *)(', 8: '*(u64 *)(' } as const
const SIGNED = { 1: '*(int8_t *)(', 2: '*(i16 *)(', 4: '*(i32 *)(', 8: '*(u64 *)(' } as const

/** The C statement of an instruction that is no transfer; undefined where it has no effect. */
function statement(
  instr: Instr,
  { context, addresses }: RegionWriter,
  moving: Moving | undefined,
  isLossless: boolean,
  pointer: string | undefined,
  variable: string | undefined,
): string | undefined {
  const { row, rd } = instr
  const { xlen } = context.graph.program
  const target = registerNames[rd]!
  const place = (): string =>
    pointer ??
    `m + ${moving === undefined ? addressOf(instr.rs1, instr.imm) : moving.kind === 'whole' ? moving.text : `(uint64_t)${operand(instr.rs1)} + (sreg)${moving.text}`}`
  switch (row.kind) {
    case 'alu': {
      if (rd === 0) return undefined
      if (moving?.kind === 'whole') return `${target} = ${moving.text};`
      const first = operand(instr.rs1)
      const second = row.source === 'register' ? operand(instr.rs2) : (moving?.text ?? constant(instr.imm))
      return `${target} = ${isLossless ? `${first} + ${second}` : row.c(first, second, xlen)};`
    }
    case 'upper':
      return rd === 0 ? undefined : `${target} = ${addresses.upper(instr)};`
    case 'load': {
      if (rd === 0) return `(void)*(volatile char *)(${place()});`
      // Assigned to a register, a signed value is extended.
      const isExtended = row.signed && row.width * 8 < xlen
      if (variable !== undefined) return `${target} = ${isExtended ? `(int${row.width * 8}_t)` : ''}${variable};`
      return `${target} = ${(isExtended ? SIGNED : UNSIGNED)[row.width]}${place()});`
    }
    case 'store':
      return `${variable ?? `${UNSIGNED[row.width]}${place()})`} = ${operand(instr.rs2)};`
    default:
      return undefined
  }
}

/** Is `pc` an address that a jump may go to: one of the program's slots? */
function isSlot(writer: RegionWriter, pc: number): boolean {
  const { base, instrs } = writer.context.graph.program
  return pc >= base && pc < base + instrs.length * 4 && pc % 4 === 0
}

function writeTransfer(
  writer: RegionWriter,
  block: number,
  end: Transfer,
  dirtyBefore: number,
  dirty: number,
  refund: () => string,
  following: number | undefined,
  moving: Moving | undefined,
): void {
  const { lines, context } = writer
  const { instr } = end
  const comment = `/* ${instr.pc.toString(16)} ${disassemble(instr)} */`
  const target = instr.pc + instr.imm
  // A static target that is no slot of the program: the interpreter executes the transfer and traps, or goes on in
  // other code.
  const bad = (): string => `goto ${writer.sideExit(instr.pc, 'RVR_STEP', dirtyBefore, refund())};`
  const link = instr.rd === 0 ? '' : `${registerNames[instr.rd]!} = ${writer.addresses.link(instr.pc + 4)}; `
  switch (end.kind) {
    case 'branch': {
      const { row } = instr
      const taken = isSlot(writer, target) ? writer.transfer(end.taken, target, dirty) : bad()
      if (row.kind === 'call') lines.push(`  if (${RESULT} != 0) { ${taken} }`)
      else if (row.kind === 'branch')
        lines.push(
          `  if (${context.expect(block, row.c(operand(instr.rs1), operand(instr.rs2)))}) { ${taken} } ${comment}`,
        )
      if (end.next !== following || end.next === undefined)
        lines.push(`  ${writer.transfer(end.next, instr.pc + 4, dirty)}`)
      return
    }
    case 'jump':
      if (!isSlot(writer, target)) lines.push(`  ${bad()} ${comment}`)
      else if (instr.rd === 0 && end.target === following && end.target !== undefined) lines.push(`  ${comment}`)
      else lines.push(`  ${link}${writer.transfer(end.target, target, dirty)} ${comment}`)
      return
    case 'indirect': {
      const { xlen, base } = context.graph.program
      if (end.target !== undefined) {
        lines.push(`  ${link}${writer.transfer(end.target, context.graph.blocks[end.target]!.pc, dirty)} ${comment}`)
        return
      }
      const goal =
        moving?.kind === 'whole'
          ? moving.text
          : `${operand(instr.rs1)}${moving === undefined && instr.imm === 0 ? '' : ` + ${moving?.text ?? constant(instr.imm)}`}`
      // An odd target is no slot either: the interpreter clears its lowest bit.
      // Never a goto: what is known in front of a block does not count these ways into it.
      for (const site of context.returns.get(block) ?? []) {
        const { pc } = context.graph.blocks[site]!
        if (context.isRoot[site] === 1)
          lines.push(
            `  if (${operand(instr.rs1)} == ${writer.addresses.link(pc)}) { ${writer.tailCall(regionName(context, 'main', pc), dirty)} }`,
          )
      }
      lines.push(
        `  { reg target = ${goal}; reg slot = target - ${wideConstant(base, xlen)}; ${comment}`,
        `    slot = slot >> 2 | slot << ${xlen - 2};`,
        `    if (__builtin_expect(slot >= RVR_SLOTS, 0)) ${bad()}`,
        `    ${link}${writer.flush(dirty)}state(m)->pc = target; ${context.convention.tail} table(m)[slot](${context.arguments}); }`,
      )
    }
  }
}
