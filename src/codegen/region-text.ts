/** The text of one region while it is written: lines, ways out, transfers, and what they are said with. */
import type { Block } from '../program/program.ts'
import { registerNames } from '../isa/registers.ts'
import type { Addresses } from './addresses.ts'
import { regionName, type EmitterContext } from './emitter.ts'
import { movingTexts, type MovingTexts } from './moving.ts'
import { stateOf } from './operands.ts'
import { eachRegister } from '../isa/registers-used.ts'
import { backEdge } from './loops/enter.ts'
import { loopText, type LoopText } from './loops/loop-text.ts'
import type { LoopPlan, RegionPlan } from '../analysis/plan.ts'

/**
 * A way out of the region to the host, written behind the blocks: stores what is newer than the state block and leaves.
 */
export interface SideExit {
  readonly label: string
  readonly pc: number
  readonly reason: 'RVR_STEP' | 'RVR_STOP'
  readonly dirty: number
  /** C statements that take back what the block has paid for instructions that did not run. */
  readonly refund: string
}

/** Collects one region's text and side exits, and adds to its unit's callees. */
export class RegionText {
  readonly lines: string[] = []
  /** Functions that the regions of the unit transfer to. */
  readonly callees: Set<string>
  readonly context: EmitterContext
  readonly plan: RegionPlan
  readonly addresses: Addresses
  readonly moving: MovingTexts
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
    this.moving = movingTexts(plan, addresses, context.stable)
  }

  get exits(): readonly SideExit[] {
    return this.#exits
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
    const place = `${isStep ? 'step' : 'stop'}_${this.addresses.label(pc)}`
    const label = first === undefined ? place : `${place}_${this.#exits.length}`
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
    if (tableJumps) {
      const jump = `${context.convention.tail} table(m)[${context.graph.blocks[id]!.first}](${context.arguments});`
      return `${this.flush(dirty)}state(m)->pc = ${this.addresses.pc(pc)}; ${jump}`
    }
    return this.tailCall(regionName(context, context.isRoot[id] === 1 ? 'main' : 'resume', pc), dirty)
  }

  /** Label in front of a block. The slow copy's header of a loop with a fast one stands behind the way into that. */
  label({ id, pc }: Block): string {
    const slow = this.plan.loops.has(id) ? 's' : 'b'
    return `${this.#loop === undefined ? slow : 'f'}_${this.addresses.label(pc)}`
  }

  /** The names in a loop's fast copy. */
  loopText(plan: LoopPlan): LoopText {
    const { graph, emission } = this.context
    return loopText(plan, this.addresses, graph.program.image, emission.accessed !== undefined)
  }

  /** While a loop's fast copy is written, transfers between its blocks stay inside. */
  inside(loop: LoopText, write: () => void): void {
    this.#loop = loop
    write()
    this.#loop = undefined
  }

  tailCall(name: string, dirty: number): string {
    this.callees.add(name)
    return `${this.flush(dirty)}${this.context.convention.tail} ${name}(${this.context.arguments});`
  }
}
