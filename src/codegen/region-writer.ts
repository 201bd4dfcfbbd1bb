/** One region → one C function. */
import { eachRegister } from '../isa/registers-used.ts'
import { registerNames } from '../isa/registers.ts'
import { writeBlock } from './block-writer.ts'
import { regionName } from './emitter.ts'
import { writeAtOnce } from './loops/at-once.ts'
import { writeFastLoop } from './loops/fast-copy.ts'
import { hex8 } from './names.ts'
import { stateOf, warmName } from './operands.ts'
import type { RegionText } from './region-text.ts'

/** The text of the function. */
export function writeRegion(text: RegionText): string {
  writeBlocks(text)
  writeExits(text)
  return `${headOf(text).join('\n')}\n${text.lines.join('\n')}\n}\n`
}

function writeBlocks(text: RegionText): void {
  const { plan } = text
  const { loops: emission } = text.context.emission
  const isWritten = (id: number): boolean => plan.loops.has(id) || !plan.replaced.has(id)
  const blocks = plan.replaced.size === 0 ? plan.blocks : plan.blocks.filter(({ block }) => isWritten(block.id))
  for (let index = 0; index < blocks.length; index++) {
    const block = blocks[index]!
    const loop = plan.loops.get(block.block.id)
    const following = blocks[index + 1]?.block.id
    if (loop !== undefined && emission !== undefined) writeAtOnce(text, text.loopText(loop), emission)
    else if (loop !== undefined) writeFastLoop(text, text.loopText(loop), following)
    if (loop?.alone !== true) writeBlock(text, block, { following })
  }
}

/** What stands in front of the blocks; they and the ways out are written, so it is known what they use. */
function headOf(text: RegionText): string[] {
  const { context, plan } = text
  const { pc } = plan.blocks[0]!.block
  const symbol = context.functions.get(pc)
  const kind = plan.region.kind === 'main' ? '' : 'resume at '
  const place = `${kind}0x${hex8(pc)}${symbol === undefined ? '' : ` ${symbol}`}`
  const head = [
    `/* ${place}: blocks ${plan.blocks.length} */`,
    `${context.convention.attribute}void ${text.name}(${context.parameters})`,
    '{',
  ]
  const locals = localsOf(text)
  const counters = [...plan.loops.values()].map(loop => text.loopText(loop).counter)
  if (locals.length > 0) head.push(`  reg ${locals.join(', ')};`)
  if (text.exits.length > 0) head.push('  reg pc; uint32_t reason;')
  if (counters.length > 0) head.push(`  reg ${counters.join(', ')};`)
  return head
}

/** The cold registers that the region uses, with the values of those that it loads on entry. */
function localsOf({ context, plan }: RegionText): string[] {
  const locals: string[] = []
  eachRegister(plan.locals, r => {
    const name = registerNames[r]!
    const value = context.warm.includes(r) ? `to_reg(${warmName(r)})` : stateOf(r)
    locals.push((plan.loaded >>> r) & 1 ? `${name} = ${value}` : name)
  })
  return locals
}

/**
 * All ways out meet in one place: what differs between them are a few stores and constants, which C compilers get over
 * with fastest.
 */
function writeExits(text: RegionText): void {
  const { context, lines, addresses } = text
  const { apart, tail } = context.convention
  for (const { label, pc, reason, dirty, refund } of text.exits) {
    const before = `${refund === '' && dirty === 0 ? apart : ''}${refund}${text.flush(dirty)}`
    lines.push(`${label}: ${before}pc = ${addresses.exit(pc)}; reason = ${reason}; goto out;`)
  }
  for (const { alone, blocks } of text.plan.loops.values()) {
    const { block, dirtyAtEntry } = blocks[0]!
    if (!alone) continue
    const resume = text.tailCall(regionName(context, 'resume', block.pc), dirtyAtEntry)
    lines.push(`s_${addresses.label(block.pc)}:; ${resume}`)
  }
  if (text.exits.length === 0) return
  const state = `state(m)->pc = ${addresses.exitBase}pc; state(m)->reason = reason;`
  lines.push(`out: ${state} ${tail} leave(${context.arguments});`)
}
