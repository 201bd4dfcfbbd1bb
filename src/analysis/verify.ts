/** Verifies a plan by its own means: what has to hold of it, however it was made. */
import { windowEnd, type Image } from '../elf/image.ts'
import { hexText } from '../hex.ts'
import { reads, writes } from '../isa/registers-used.ts'
import { addressIn, addsConstant, upperValue } from '../isa/results.ts'
import type { Instr } from '../isa/row.ts'
import { successors } from '../program/successors.ts'
import type { Check } from './facts.ts'
import type { BlockPlan, LoopPlan, RegionPlan } from './plan.ts'

/** A block as it is written: of the region, or of a loop's fast copy. */
interface Node {
  readonly plan: BlockPlan
  readonly next: readonly Node[]
  /** The loop whose copy is entered in front of all that the block does. */
  readonly copy: LoopPlan | undefined
  /** The loop whose test has just passed. */
  readonly proven: LoopPlan | undefined
  /** Accesses that a loop's test covers, by index. */
  readonly covered: Pick<ReadonlyMap<number, unknown>, 'has'> | undefined
}

/** What is known in front of a node. */
interface State {
  /** Registers whose value is at hand: of those that are cold, locals that have it. */
  readonly valid: number
  /** Cold registers that some way here has written and not stored. */
  readonly dirty: number
  /** By register, the addresses around it that are legal. */
  readonly legal: ReadonlyMap<number, readonly [low: number, high: number]>
}

/** Whose plan it is, and registers that are no arguments of regions. */
export interface PlanOf {
  readonly image: Pick<Image, 'xlen' | 'direct'>
  readonly cold: number
}

/** What is wrong with the plan, a sentence each. */
export function faultsOf(plan: RegionPlan, of: PlanOf): string[] {
  const { cold } = of
  const faults = new Set<string>()
  const nodes = nodesOf(plan)
  const states = new Map<Node, State>([[nodes[0]!, { valid: ~cold | plan.loaded, dirty: 0, legal: new Map() }]])
  const rounds = new Map<Node, number>()
  const pending = [nodes[0]!]
  const arrive = (node: Node, state: State): void => {
    const known = states.get(node)
    const round = (rounds.get(node) ?? 0) + 1
    const met = known === undefined ? state : meet(known, state, round > 8)
    if (met === known) return
    rounds.set(node, round)
    states.set(node, met)
    pending.push(node)
  }
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const state = states.get(node)!
    const header = node.copy?.blocks[0]
    if (header !== undefined)
      arrive(
        nodes.find(other => other.plan === header)!,
        state,
      )
    const behind = pass(node, state, of, () => {})
    for (const target of node.next) arrive(target, behind)
  }
  for (const [node, state] of states) pass(node, state, of, fault => faults.add(fault))
  for (const loop of plan.loops.values()) for (const fault of hoistFaults(loop)) faults.add(fault)
  for (const fault of cycleFaults(plan, nodes)) faults.add(fault)
  return [...faults]
}

/** A place where control passes, with nothing to do. */
const nothing = (plan: BlockPlan): BlockPlan => ({
  ...plan,
  instrs: [],
  checks: { head: [], inner: new Map() },
  loads: undefined,
  stored: 0,
})

/** The region's blocks in order, then those of fast copies. A loop's only copy stands for its blocks. */
function nodesOf({ region, blocks, loops, position, replaced }: RegionPlan): Node[] {
  const slow: (Node & { next: Node[] })[] = blocks.map(plan => ({
    plan: replaced.has(plan.block.id) ? nothing(plan) : plan,
    next: [],
    copy: loops.get(plan.block.id),
    proven: undefined,
    covered: undefined,
  }))
  const link = (from: { next: Node[] }, { block }: BlockPlan, inside: ReadonlyMap<number, Node>): void => {
    for (const id of successors(block)) {
      const isAgain = id === region.blocks[0] && !region.headers.has(id)
      const at = isAgain ? undefined : position.get(id)
      const target = inside.get(id) ?? (at === undefined ? undefined : slow[at])
      if (target !== undefined) from.next.push(target)
    }
  }
  for (const node of slow) if (!replaced.has(node.plan.block.id)) link(node, node.plan, new Map())
  const copies = [...loops.values()].flatMap(loop => {
    const own = loop.blocks.map((plan, index) => ({
      plan,
      next: [] as Node[],
      copy: undefined,
      proven: index === 0 ? loop : undefined,
      covered: loop.loop.covered[index],
    }))
    const inside = new Map<number, Node>(own.map(node => [node.plan.block.id, node]))
    for (const node of own) link(node, node.plan, inside)
    // Where a chunk ends, control goes on in front of the loop, and the test still holds.
    const header = slow[position.get(loop.blocks[0]!.block.id)!]!
    const empty = { ...nothing(loop.blocks[0]!), dirtyAtEntry: loop.blocks[0]!.dirtyAtEntry }
    const end = { plan: empty, next: [header], copy: undefined, proven: loop, covered: undefined }
    for (const node of own) if (node.next.includes(own[0]!)) node.next.push(end)
    return [...own, end]
  })
  return [...slow, ...copies]
}

/** What both know; `known` itself where it is that. `drops`: a range that shrinks is given up, so that this ends. */
function meet(known: State, other: State, drops: boolean): State {
  const legal = new Map<number, readonly [number, number]>()
  let isSame = true
  for (const [register, [low, high]] of known.legal) {
    const also = other.legal.get(register)
    const both = also && ([Math.max(low, also[0]), Math.min(high, also[1])] as const)
    const isKept = both !== undefined && both[0] === low && both[1] === high
    if (!isKept) isSame = false
    if (both !== undefined && (isKept || !drops)) legal.set(register, both)
  }
  const valid = known.valid & other.valid
  const dirty = known.dirty | other.dirty
  return isSame && valid === known.valid && dirty === known.dirty ? known : { valid, dirty, legal }
}

/** Goes through a block as it is written. */
function pass({ plan, proven, covered }: Node, before: State, of: PlanOf, fault: (text: string) => void): State {
  const { cold, image } = of
  const { instrs, checks, loads, stored, dirtyAtEntry, block } = plan
  let { valid } = before
  const legal = new Map(before.legal)
  const need = (mask: number, pc: number): void => {
    if ((mask & ~valid) !== 0)
      fault(`${hexText(pc)} needs registers that are not loaded on every way: mask ${mask & ~valid}`)
  }
  const learn = ({ register, low, high }: Check): void => {
    const [from, to] = legal.get(register) ?? [0, 0]
    if (register !== 0) legal.set(register, [Math.min(from, low), Math.max(to, high)])
  }
  if ((before.dirty & ~dirtyAtEntry) !== 0)
    fault(`${hexText(block.pc)} forgets dirty registers: mask ${before.dirty & ~dirtyAtEntry}`)
  need(dirtyAtEntry, block.pc)
  for (const { terms, low, high } of proven?.loop.hoisted ?? [])
    if (terms.length === 1 && terms[0]!.coefficient === 1 && terms[0]!.register < 32)
      learn({ register: terms[0]!.register, low, high })
  for (const check of checks.head) {
    need(1 << check.register, block.pc)
    learn(check)
  }
  let dirty = dirtyAtEntry
  for (const [index, instr] of instrs.entries()) {
    const { row, rs1, imm, pc } = instr
    valid |= loads?.get(index) ?? 0
    const check = checks.inner.get(index)
    if (check !== undefined) {
      need(1 << check.register, pc)
      learn(check)
    }
    need(reads(instr), pc)
    if ((row.kind === 'load' || row.kind === 'store') && covered?.has(index) !== true) {
      const [low, high] = rs1 === 0 ? [image.direct.base, windowEnd(image.direct)] : (legal.get(rs1) ?? [0, 0])
      if (imm < low || imm + row.width > high) fault(`${hexText(pc)} accesses memory that no check covers`)
    }
    move(legal, instr, image)
    valid |= writes(instr)
    dirty |= writes(instr) & cold
  }
  return { valid, dirty: dirty & ~stored, legal }
}

/** What an instruction makes of what is known of its register. */
function move(legal: Map<number, readonly [number, number]>, instr: Instr, { xlen, direct }: PlanOf['image']): void {
  if (writes(instr) === 0) return
  const { row, rd, rs1, imm } = instr
  const loaded = addsConstant(instr) && rs1 === 0 ? imm : undefined
  const sum = row.kind === 'upper' ? upperValue(instr) : loaded
  const constant = sum === undefined ? undefined : addressIn(xlen, sum)
  const base = addsConstant(instr) ? legal.get(rs1) : undefined
  legal.delete(rd)
  const range =
    constant !== undefined
      ? ([direct.base - constant, windowEnd(direct) - constant] as const)
      : base && ([base[0] - imm, base[1] - imm] as const)
  // Sums wrap around unless the register itself lies in memory.
  if (range !== undefined && range[0] <= 0 && range[1] > 0) legal.set(rd, range)
}

/** Places that a loop's test should cover and does not. */
function hoistFaults({ loop, blocks, tests }: LoopPlan): string[] {
  const faults: string[] = []
  for (const [number, places] of loop.covered.entries())
    for (const [index, { check, offset }] of places) {
      const { row, pc } = blocks[number]!.instrs[index]!
      const hoisted = loop.hoisted[check]
      const width = row.kind === 'load' || row.kind === 'store' ? row.width : 0
      if (hoisted === undefined || offset < 0 || offset + width > hoisted.high - hoisted.low)
        faults.push(`${hexText(pc)} accesses memory that the loop's test does not cover`)
      // What moves is legal in the first iteration at most, whatever was checked before.
      else if ((hoisted.stride.constant !== 0 || hoisted.stride.register !== 0) && !tests.includes(hoisted))
        faults.push(`${hexText(pc)} moves, and no test in front of the loop says how far`)
    }
  return faults
}

/** Cycles of blocks none of which tests; chunks of a fast copy are short. */
function cycleFaults({ loops }: RegionPlan, nodes: readonly Node[]): string[] {
  const isOpen = new Set<Node>()
  const isDone = new Set<Node>()
  const faults: string[] = []
  const stops = ({ plan, proven }: Node): boolean => plan.tests || proven !== undefined || loops.has(plan.block.id)
  for (const start of nodes) {
    const stack = [{ node: start, index: 0 }]
    if (isDone.has(start) || stops(start)) continue
    isOpen.add(start)
    while (stack.length > 0) {
      const top = stack.at(-1)!
      const target = top.node.next[top.index++]
      if (target === undefined) {
        stack.pop()
        isOpen.delete(top.node)
        isDone.add(top.node)
      } else if (isOpen.has(target)) faults.push(`${hexText(target.plan.block.pc)} is on a cycle without a stop test`)
      else if (!isDone.has(target) && !stops(target)) {
        isOpen.add(target)
        stack.push({ node: target, index: 0 })
      }
    }
  }
  return faults
}
