/** Where control goes on behind a block. */
import { writtenBy } from '../analysis/traffic.ts'
import { disassemble } from '../isa/disassemble.ts'
import { registerNames, STACK_POINTER } from '../isa/registers.ts'
import type { Instr } from '../isa/row.ts'
import type { Transferred } from '../modes/mode.ts'
import type { Terminator } from '../program/program.ts'
import { isSlotOf, nextPc, pcOf } from '../program/slots.ts'
import { RESULT } from './calls.ts'
import { regionName } from './emitter.ts'
import type { Moving } from './moving.ts'
import { constant, operand, stateOf, warmName, wideConstant } from './operands.ts'
import { refund } from './refund.ts'
import type { BlockPlan } from '../analysis/plan.ts'
import type { RegionText } from './region-text.ts'

type End<Kind extends Terminator['kind']> = Extract<Terminator, { kind: Kind }>

/** A transfer instruction at the end of a block. */
interface Transfer {
  readonly text: RegionText
  readonly plan: BlockPlan
  readonly instr: Instr
  /** The block whose text comes next. */
  readonly following: number | undefined
  readonly moving: Moving | undefined
  /** Registers that hold values newer than the state block behind it. */
  readonly dirty: number
  readonly comment: string
  /** The assignment of the return address, if there is one. */
  readonly link: string
}

/** Writes the end of a block. `following` is the block whose text comes next. */
export function writeEnd(
  text: RegionText,
  plan: BlockPlan,
  following: number | undefined,
  moving: ReadonlyMap<number, Moving>,
): void {
  const { block, instrs } = plan
  const { end } = block
  const behind = pcOf(text.context.graph.program, block.behind)
  const dirty = dirtyBehind(text, plan, instrs.length)
  if (end.kind === 'host') text.lines.push(`  goto ${text.sideExit(end.pc, 'RVR_STEP', dirty)};`)
  else if (end.kind === 'fall') {
    const told = end.next === undefined ? '' : tell(text, plan, behind, dirty)
    if (told !== '') text.lines.push(`  ${told}`)
    if (end.next !== following) text.lines.push(`  ${goTo(text, end.next, behind, dirty)}`)
  } else {
    const { instr } = end
    const transfer: Transfer = {
      text,
      plan,
      instr,
      following,
      moving: moving.get(instrs.length - 1),
      dirty,
      comment: `/* ${instr.pc.toString(16)} ${disassemble(instr)} */`,
      link: instr.rd === 0 ? '' : `${registerNames[instr.rd]!} = ${text.addresses.link(nextPc(instr))}; `,
    }
    if (end.kind === 'branch') writeBranch(transfer, end)
    else if (end.kind === 'jump') writeJump(transfer, end)
    else if (end.target === undefined) writeIndirect(transfer)
    else writeKnown(transfer, end.target)
  }
}

/** Cold registers that hold values newer than the state block behind so many instructions. */
const dirtyBehind = ({ context }: RegionText, { instrs, dirtyAtEntry, stored }: BlockPlan, count: number): number =>
  (dirtyAtEntry | (writtenBy(instrs, count) & context.cold)) & ~stored

/** What the mode says of the transfer behind the block, with a space behind it. */
function tell(text: RegionText, { instrs }: BlockPlan, target: Transferred['target'], dirty: number): string {
  const instr = instrs.at(-1)
  const { transferred } = text.context.emission
  if (transferred === undefined || instr === undefined) return ''
  const lines = transferred({ instr, target, stackPointer: stackPointerOf(text, instr, dirty) })
  return lines.map(line => `${line} `).join('')
}

/** x2 behind the transfer: where nobody has written it, it may not have been loaded. */
function stackPointerOf({ context, addresses }: RegionText, instr: Instr, dirty: number): string {
  if (instr.rd === STACK_POINTER) return addresses.link(nextPc(instr))
  if (((dirty | ~context.cold) >>> STACK_POINTER) & 1) return operand(STACK_POINTER)
  return context.warm.includes(STACK_POINTER) ? `to_reg(${warmName(STACK_POINTER)})` : stateOf(STACK_POINTER)
}

/** To block `id`; to the interpreter at `otherwise` where there is none. */
const goTo = (text: RegionText, id: number | undefined, otherwise: number, dirty: number): string =>
  text.transfer(id, id === undefined ? otherwise : text.context.graph.blocks[id]!.pc, dirty)

/** Is `pc` an address that a jump may go to: one of the program's slots? */
const isSlot = ({ context }: RegionText, pc: number): boolean => isSlotOf(context.graph.program, pc)

/**
 * For a target that is no slot of the program: the interpreter executes the transfer and traps, or goes on in other
 * code.
 */
function stepInstead({ text, plan, instr }: Transfer): string {
  const last = plan.instrs.length - 1
  const dirty = dirtyBehind(text, plan, last)
  return `goto ${text.sideExit(instr.pc, 'RVR_STEP', dirty, refund(text.context, plan.instrs, last))};`
}

function writeBranch(transfer: Transfer, end: End<'branch'>): void {
  const { text, plan, instr, following, dirty, comment } = transfer
  const { row } = instr
  const target = instr.pc + instr.imm
  const taken = isSlot(text, target)
    ? `${tell(text, plan, target, dirty)}${text.transfer(end.taken, target, dirty)}`
    : stepInstead(transfer)
  if (row.kind === 'call') text.lines.push(`  if (${RESULT} != 0) { ${taken} }`)
  else if (row.kind === 'branch') {
    const condition = text.context.expect(plan.block.id, row.c(operand(instr.rs1), operand(instr.rs2)))
    text.lines.push(`  if (${condition}) { ${taken} } ${comment}`)
  }
  const told = end.next === undefined ? '' : tell(text, plan, nextPc(instr), dirty)
  if (end.next !== following || end.next === undefined)
    text.lines.push(`  ${told}${text.transfer(end.next, nextPc(instr), dirty)}`)
  else if (told !== '') text.lines.push(`  ${told}`)
}

function writeJump(transfer: Transfer, end: End<'jump'>): void {
  const { text, plan, instr, following, dirty, comment, link } = transfer
  const target = instr.pc + instr.imm
  const told = isSlot(text, target) ? tell(text, plan, target, dirty) : ''
  const isNext = instr.rd === 0 && end.target === following && end.target !== undefined
  if (!isSlot(text, target)) text.lines.push(`  ${stepInstead(transfer)} ${comment}`)
  else if (isNext) text.lines.push(`  ${told}${comment}`)
  else text.lines.push(`  ${told}${link}${text.transfer(end.target, target, dirty)} ${comment}`)
}

/** A register that was built in front of the jump: it goes to one block. */
function writeKnown({ text, plan, dirty, comment, link }: Transfer, target: number): void {
  const { pc } = text.context.graph.blocks[target]!
  text.lines.push(`  ${tell(text, plan, pc, dirty)}${link}${text.transfer(target, pc, dirty)} ${comment}`)
}

/** Through the table, with a comparison in front for each place that a return may well go to. */
function writeIndirect(transfer: Transfer): void {
  const { text, plan, dirty, comment, link } = transfer
  const { context, lines } = text
  const { xlen, base, slotBytes } = context.graph.program
  const shift = slotBytes / 2
  const told = tell(text, plan, { address: 'target', slot: 'slot' }, dirty)
  const sites = returnSiteJumps(transfer)
  const jump = `${context.convention.tail} table(m)[slot](${context.arguments});`
  const goal = `{ reg target = ${goalOf(transfer)}; reg slot = target - ${wideConstant(base, xlen)}; ${comment}`
  // An odd target is no slot either: the interpreter clears its lowest bit.
  const slot = `slot = slot >> ${shift} | slot << ${xlen - shift};`
  const check = `if (__builtin_expect(slot >= RVR_SLOTS, 0)) ${stepInstead(transfer)}`
  const go = `${link}${text.flush(dirty)}state(m)->pc = target; ${jump} }`
  // A mode that hears of transfers does so once, when it is sure that native code executes this one.
  const inside = [slot, check, ...(told === '' ? [] : [told.trimEnd(), ...sites]), go]
  for (const line of [...(told === '' ? sites : []), goal]) lines.push(`  ${line}`)
  for (const line of inside) lines.push(`    ${line}`)
}

/** Never a goto: what is known in front of a block does not count these ways into it. */
function returnSiteJumps({ text, plan, instr, dirty }: Transfer): string[] {
  const { context } = text
  const sites = context.returns.get(plan.block.id) ?? []
  return sites
    .filter(site => context.isRoot[site] === 1)
    .map(site => {
      const { pc } = context.graph.blocks[site]!
      const isHere = `${operand(instr.rs1)} == ${text.addresses.link(pc)}`
      return `if (${isHere}) { ${text.tailCall(regionName(context, 'main', pc), dirty)} }`
    })
}

function goalOf({ instr, moving }: Transfer): string {
  if (moving?.kind === 'whole') return moving.text
  const register = operand(instr.rs1)
  return moving === undefined && instr.imm === 0 ? register : `${register} + ${moving?.text ?? constant(instr.imm)}`
}
