/** One basic block → C statements. */
import type { Check } from '../analysis/facts.ts'
import { planPairs, type KeptBlock } from '../analysis/pairs/plan.ts'
import type { PairPlan } from '../analysis/pairs/operations.ts'
import { windowEnd, type MemoryWindow } from '../elf/image.ts'
import { disassemble } from '../isa/disassemble.ts'
import { writes } from '../isa/registers-used.ts'
import { registerNames } from '../isa/registers.ts'
import type { CallRow, Instr } from '../isa/row.ts'
import { ownTest } from '../modes/mode.ts'
import { groupTexts } from './access-groups.ts'
import { callStatements } from './calls.ts'
import type { EmitterContext } from './emitter.ts'
import type { InLoop, Manner } from './manner.ts'
import type { Moving } from './moving.ts'
import { pairStatements, renamed } from './pairs/write.ts'
import { refund } from './refund.ts'
import type { BlockPlan } from '../analysis/plan.ts'
import type { RegionText } from './region-text.ts'
import { accessTexts, type AccessText } from './accesses.ts'
import { statement } from './statement.ts'
import { writeEnd } from './transfer.ts'

/** Writes a block: stop test, memory checks, counters, instructions, transfer. */
export function writeBlock(text: RegionText, plan: BlockPlan, { following, part = 'whole', inLoop }: Manner): void {
  const moving = text.moving(plan)
  if (part === 'whole') writeEntry(text, plan, inLoop !== undefined)
  const accesses = part === 'transfer' ? undefined : accessTexts(text, plan, { part, moving, inLoop })
  if (part !== 'transfer') writeInstructions(text, plan, { moving, inLoop, accesses })
  if (part !== 'instructions') writeEnd(text, plan, following, moving)
}

/** Label, stop test, checks of what registers hold here, counters. */
function writeEntry(
  text: RegionText,
  { block, instrs, checks, amounts, tests, dirtyAtEntry }: BlockPlan,
  isInLoop: boolean,
): void {
  const { lines, context } = text
  const { emission, mode } = context
  const { counters } = mode
  const { direct } = context.graph.program.image
  lines.push(`${text.label(block)}:;`)
  // No test is farther from the next than the floor: the budget never becomes negative.
  const stop = (): string => text.sideExit(block.pc, 'RVR_STOP', dirtyAtEntry)
  const test = ownTest(mode, emission)
  if (test !== undefined) for (const line of test(amounts[0]!, block.rest, stop())) lines.push(`  ${line}`)
  else if (tests) lines.push(`  if (__builtin_expect(${counters[0].name} < floor_of(m), 0)) goto ${stop()};`)
  // The test of a mode of its own has paid counter 0 already.
  const prepaid = test === undefined || amounts[0] === 0 ? '' : `${counters[0].name} += ${amounts[0]}; `
  const step = (): string => text.sideExit(block.pc, 'RVR_STEP', dirtyAtEntry, prepaid)
  // Loops are asked as a whole; a block of no instructions hands back anyway.
  const leaves = isInLoop || instrs[0] === undefined ? undefined : emission.leavesBlock?.(instrs[0])
  if (leaves !== undefined) lines.push(`  if (__builtin_expect(${leaves}, 0)) goto ${step()};`)
  for (const check of checks.head) lines.push(`  if (${outside(check, direct)}) goto ${step()};`)
  for (let index = 0; index < counters.length; index++) {
    if (amounts[index] !== 0 && (index > 0 || prepaid === ''))
      lines.push(`  ${counters[index]!.name} ${index === 0 ? '-=' : '+='} ${amounts[index]};`)
  }
}

interface Surroundings {
  readonly moving: ReadonlyMap<number, Moving>
  readonly inLoop: InLoop | undefined
  /** What modes put in front of single accesses (by index). */
  readonly accesses: ReadonlyMap<number, AccessText> | undefined
}

function writeInstructions(text: RegionText, plan: BlockPlan, { moving, inLoop, accesses }: Surroundings): void {
  const { context, lines } = text
  const { emission, cold } = context
  const { instrs, checks, stored, loads } = plan
  const { direct } = context.graph.program.image
  const isCounted = inLoop?.counted !== undefined || inLoop?.isIterated === true
  if (!isCounted) for (const line of emission.blockEntered?.(instrs) ?? []) lines.push(`  ${line}`)
  const groups =
    emission.memoryTouched === undefined
      ? undefined
      : groupTexts(instrs, { cuts: checks.inner, moving, without: inLoop?.counted })
  const pairs = context.graph.program.xlen === 32 ? pairsOf(instrs, inLoop) : undefined
  const lasts = lastWrites(instrs, stored)
  let dirty = plan.dirtyAtEntry
  // Then registers may be read in front of the instruction that does it.
  const loadsFirst = pairs !== undefined || groups !== undefined
  if (loadsFirst) for (const mask of loads?.values() ?? []) lines.push(`  ${text.load(mask)}`)
  if (pairs !== undefined) lines.push('  {')
  for (let index = 0; index < instrs.length; index++) {
    const instr = instrs[index]!
    const { row } = instr
    const check = checks.inner.get(index)
    for (const line of emission.executed?.(instr, instrs[index - 1]) ?? []) lines.push(`  ${line}`)
    const mask = loadsFirst ? undefined : loads?.get(index)
    if (mask !== undefined) lines.push(`  ${text.load(mask)}`)
    const access = accesses?.get(index)
    const exit =
      check === undefined && row.kind !== 'call' && access?.leaves === undefined
        ? ''
        : text.sideExit(instr.pc, 'RVR_STEP', dirty, refund(context, instrs, index))
    if (check !== undefined) lines.push(`  if (${outside(check, direct)}) goto ${exit};`)
    for (const group of groups?.get(index) ?? [])
      for (const line of emission.memoryTouched!(group)) lines.push(`  ${line}`)
    if (row.kind === 'call') for (const line of callText(instr, row, context, exit)) lines.push(`  ${line}`)
    if (access?.leaves !== undefined) lines.push(`  if (__builtin_expect(${access.leaves}, 0)) goto ${exit};`)
    for (const line of access?.lines ?? []) lines.push(`  ${line}`)
    if (pairs !== undefined) for (const line of pairStatements(pairs, index)) lines.push(`  ${line}`)
    const half = pairs?.results[index]
    const own =
      half !== undefined
        ? renamed(instr.rd, half)
        : statement(instr, text, {
            moving: moving.get(index),
            isLossless: inLoop?.lossless.has(index) === true,
            pointer: inLoop?.places?.get(index),
            variable: inLoop?.variables?.nameOf(instr),
          })
    if (own !== undefined) lines.push(`  ${own} /* ${instr.pc.toString(16)} ${disassemble(instr)} */`)
    const finished = lasts === undefined ? 0 : lasts[index]!
    if (finished !== 0) lines.push(`  ${text.flush(finished).trimEnd()}`)
    dirty = (dirty | (writes(instr) & cold)) & ~finished
  }
  if (pairs !== undefined) lines.push('  }')
}

/** A call, or the way out to the interpreter where the mode leaves calls to it. */
const callText = (instr: Instr, row: CallRow, context: EmitterContext, exit: string): readonly string[] =>
  context.emission.leavesCalls === true ? [`goto ${exit};`] : callStatements(instr, row, context, exit)

/** The pairs of an RV32 block; those that its loop carries are told to the loop's variables. */
function pairsOf(instrs: readonly Instr[], inLoop: InLoop | undefined): PairPlan | undefined {
  const variables = inLoop?.variables
  const kept: KeptBlock | undefined = variables && { words: variables.offsets, isHeader: inLoop?.isHeader === true }
  const pairs = planPairs(instrs, kept)
  if (pairs !== undefined && kept?.isHeader === true) variables!.carry(pairs.carried)
  return pairs
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

/** The condition under which the check's range is not all legal memory: unsigned, so that every high bit counts. */
function outside(check: Check, direct: MemoryWindow): string {
  const register = check.register === 0 ? '(reg)0' : registerNames[check.register]!
  const low = direct.base - check.low
  const last = windowEnd(direct) - check.high
  return low === 0
    ? `__builtin_expect(${register} > ${last}, 0)`
    : `__builtin_expect((reg)(${register} - ${low}) > ${last - low}, 0)`
}
