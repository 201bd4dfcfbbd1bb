/** One region → one C function. */
import type { Block } from '../program/program.ts'
import { registerNames } from '../isa/registers.ts'
import type { Addresses } from './addresses.ts'
import { writeBlock } from './block-writer.ts'
import { regionName, type EmitterContext } from './emitter.ts'
import { MovingAddresses } from './moving.ts'
import { hex8 } from './names.ts'
import { stateOf, warmName } from './operands.ts'
import { eachRegister } from '../isa/registers-used.ts'
import { writeAtOnce } from './loops/at-once.ts'
import { iterations } from './loops/iterations.ts'
import { backEdge, enterFastLoop } from './loops/enter.ts'
import { loopText, type LoopText } from './loops/loop-text.ts'
import type { LoopPlan, RegionPlan } from './region-plan.ts'

/**
 * A way out of the region to the host, written behind the blocks: stores what is newer than the state block and leaves.
 */
interface SideExit {
  readonly label: string
  readonly pc: number
  readonly reason: 'RVR_STEP' | 'RVR_STOP'
  readonly dirty: number
  /** C statements that take back what the block has paid for instructions that did not run. */
  readonly refund: string
}

/** Collects one region's text and side exits, and adds to its unit's callees. */
export class RegionWriter {
  readonly lines: string[] = []
  /** Functions that the regions of the unit transfer to. */
  readonly callees: Set<string>
  readonly context: EmitterContext
  readonly plan: RegionPlan
  readonly addresses: Addresses
  readonly moving: MovingAddresses
  readonly #exits: SideExit[] = []
  /** The first exit at each pc, and for each reason: pc is a multiple of 4. */
  readonly #firstExits = new Map<number, SideExit>()
  /** The loop whose fast copy is being written. */
  #loop: LoopText | undefined

  constructor(context: EmitterContext, plan: RegionPlan, addresses: Addresses, callees: Set<string>) {
    this.callees = callees
    this.context = context
    this.plan = plan
    this.addresses = addresses
    this.moving = new MovingAddresses(plan, addresses, context.stable)
  }

  get name(): string {
    return regionName(this.context, this.plan.region.kind, this.plan.blocks[0]!.block.pc)
  }

  /** Label of a side exit at `pc`; equal exits are shared. */
  sideExit(pc: number, reason: SideExit['reason'], dirty: number, refund = ''): string {
    const isStep = reason === 'RVR_STEP'
    const key = isStep ? pc : pc + 1
    const first = this.#firstExits.get(key)
    if (first !== undefined && first.dirty === dirty && first.refund === refund) return first.label
    const label = `${isStep ? 'step' : 'stop'}_${this.addresses.label(pc)}${first === undefined ? '' : `_${this.#exits.length}`}`
    const exit = { label, pc, reason, dirty, refund }
    this.#exits.push(exit)
    if (first === undefined) this.#firstExits.set(key, exit)
    return label
  }

  /** Statements that bring the registers in `dirty` up to date where the next region or the host looks for them. */
  flush(dirty: number): string {
    if (dirty === 0) return ''
    let text = ''
    eachRegister(dirty, r => {
      text += this.context.saves[r]!
    })
    return text
  }

  /** Statements that load cold registers. */
  load(mask: number): string {
    const statements: string[] = []
    eachRegister(mask, r => statements.push(`${registerNames[r]!} = ${stateOf(r)};`))
    return statements.join(' ')
  }

  /** Statements that go to block `id`, or to the interpreter at `pc` when there is no such block. */
  transfer(id: number | undefined, pc: number, dirty: number): string {
    if (id === undefined) return `goto ${this.sideExit(pc, 'RVR_STEP', dirty)};`
    const { context, plan } = this
    const entry = plan.region.blocks[0]!
    const { tableJumps } = context.tuning
    const loop = this.#loop
    if (loop?.plan.blocks[0]!.block.id === id) return backEdge(loop)
    if (loop?.plan.blocks.some(({ block }) => block.id === id)) return `goto f_${this.addresses.label(pc)};`
    if (plan.position.has(id) && (id !== entry || (plan.region.headers.has(entry) && !tableJumps)))
      return `goto b_${this.addresses.label(pc)};`
    if (tableJumps)
      return `${this.flush(dirty)}state(m)->pc = ${this.addresses.pc(pc)}; ${context.convention.tail} table(m)[${context.graph.blocks[id]!.first}](${context.arguments});`
    return this.tailCall(regionName(context, context.isRoot[id] === 1 ? 'main' : 'resume', pc), dirty)
  }

  /** Label in front of a block. The slow copy's header of a loop with a fast one stands behind the way into that. */
  label({ id, pc }: Block): string {
    return `${this.#loop !== undefined ? 'f' : this.plan.loops.has(id) ? 's' : 'b'}_${this.addresses.label(pc)}`
  }

  #textOf(plan: LoopPlan): LoopText {
    return loopText(plan, this.addresses, this.context.graph.program.xlen)
  }

  tailCall(name: string, dirty: number): string {
    this.callees.add(name)
    return `${this.flush(dirty)}${this.context.convention.tail} ${name}(${this.context.arguments});`
  }

  /** The function's text. */
  write(): string {
    const { context, plan } = this
    const first = plan.blocks[0]!.block
    const text =
      plan.replaced.size === 0
        ? plan.blocks
        : plan.blocks.filter(({ block: { id } }) => plan.loops.has(id) || !plan.replaced.has(id))
    for (let index = 0; index < text.length; index++) {
      const block = text[index]!
      const loop = plan.loops.get(block.block.id)
      const following = text[index + 1]?.block.id
      if (loop !== undefined && context.emission.loops !== undefined)
        writeAtOnce(this, this.#textOf(loop), context.emission.loops)
      else if (loop !== undefined) this.#writeFastLoop(loop, following)
      if (loop?.alone !== true) writeBlock(this, block, following)
    }
    this.#writeExits()
    const locals: string[] = []
    eachRegister(plan.locals, r =>
      locals.push(
        (plan.loaded >>> r) & 1
          ? `${registerNames[r]!} = ${context.warm.includes(r) ? `to_reg(${warmName(r)})` : stateOf(r)}`
          : registerNames[r]!,
      ),
    )
    const symbol = context.functions.get(first.pc)
    const head = [
      `/* ${plan.region.kind === 'main' ? '' : 'resume at '}0x${hex8(first.pc)}${symbol === undefined ? '' : ` ${symbol}`}: blocks ${plan.blocks.length} */`,
      `${context.convention.attribute}void ${this.name}(${context.parameters})`,
      '{',
    ]
    if (locals.length > 0) head.push(`  reg ${locals.join(', ')};`)
    if (this.#exits.length > 0) head.push('  reg pc; uint32_t reason;')
    if (plan.loops.size > 0)
      head.push(`  reg ${[...plan.loops.values()].map(loop => this.#textOf(loop).counter).join(', ')};`)
    return `${head.join('\n')}\n${this.lines.join('\n')}\n}\n`
  }

  /** The fast copy and the way into it, in front of the slow copy's header. */
  #writeFastLoop(plan: LoopPlan, following: number | undefined): void {
    const loop = this.#textOf(plan)
    for (const line of enterFastLoop(loop, this.context.mode.counters)) this.lines.push(line)
    this.#loop = loop
    const { blocks, counted } = plan
    const behind = (index: number): number | undefined =>
      blocks[index + 1]?.block.id ?? (plan.alone ? following : undefined)
    if (counted !== undefined) {
      const keepsWords = plan.loop.kept.words.length > 0
      // Where registers are overwritten in each iteration, the last one is written apart: the others need not keep
      // values that nobody will see. It finds all words in memory.
      const apart = counted.hasTemporaries || counted.exit < blocks.length - 1 || keepsWords
      const text = iterations(this, loop, apart ? 'while' : 'do')
      if (keepsWords) this.lines.push(`  if (${loop.counter} != 1)`)
      for (const line of text) this.lines.push(line)
      for (const [index, block] of blocks.entries())
        writeBlock(this, block, behind(index), index > counted.exit ? 'whole' : apart ? 'paid' : 'transfer')
    } else
      for (const [index, block] of blocks.entries())
        writeBlock(this, block, behind(index), 'whole', { lossless: plan.loop.lossless[index]! })
    this.#loop = undefined
  }

  /**
   * All ways out meet in one place: what differs between them are a few stores and constants, which C compilers get
   * over with fastest.
   */
  #writeExits(): void {
    const { context } = this
    for (const exit of this.#exits)
      this.lines.push(
        `${exit.label}: ${exit.refund === '' && exit.dirty === 0 ? context.convention.apart : ''}${exit.refund}${this.flush(exit.dirty)}pc = ${this.addresses.exit(exit.pc)}; reason = ${exit.reason}; goto out;`,
      )
    for (const loop of this.plan.loops.values()) {
      const {
        block: { pc },
        dirtyAtEntry,
      } = loop.blocks[0]!
      if (loop.alone)
        this.lines.push(
          `s_${this.addresses.label(pc)}:; ${this.tailCall(regionName(context, 'resume', pc), dirtyAtEntry)}`,
        )
    }
    if (this.#exits.length > 0)
      this.lines.push(
        `out: state(m)->pc = ${this.addresses.exitBase}pc; state(m)->reason = reason; ${context.convention.tail} leave(${context.arguments});`,
      )
  }
}
