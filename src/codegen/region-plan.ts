/** Everything about a region that its C text depends on: cold-register traffic, checks, stop tests. */
import { successors } from '../program/successors.ts'
import type { Block, Graph, Region } from '../program/program.ts'
import type { Instr } from '../isa/row.ts'
import type { Counter } from '../modes/mode.ts'
import type { Machine } from '../machine/machine.ts'
import type { EmitterContext } from './emitter.ts'
import { covers, meet, noFacts, planChecks, type BlockChecks, type Facts } from '../analysis/facts.ts'
import { innermostLoops } from '../analysis/loops/find.ts'
import type { FastLoop, Trips } from '../analysis/loops/fast-loop.ts'
import { learnHoisted } from '../analysis/loops/hoist.ts'
import { planFastLoop } from '../analysis/loops/plan.ts'
import { pays, paysAtOnce } from '../analysis/loops/worth.ts'
import { SLOTS } from '../analysis/loops/affine.ts'
import { isStill, type HoistedCheck } from '../analysis/loops/strides.ts'
import { placeLoads, type Loads } from '../analysis/loads.ts'
import { loopMembers, storedAtOnce, traffic } from '../analysis/traffic.ts'

export interface BlockPlan {
  readonly block: Block
  readonly instrs: readonly Instr[]
  /** What the block accounts for on each counter. */
  readonly amounts: readonly number[]
  readonly checks: BlockChecks
  /** Cold registers that hold values newer than the state block when the block is entered. */
  readonly dirtyAtEntry: number
  /** Cold registers that are stored where the block last writes them. */
  readonly stored: number
  /** Cold registers that are loaded in the block. */
  readonly loads: Loads | undefined
  /** Does the block start with a stop test? */
  readonly tests: boolean
}

/** The fast copy of an innermost loop, which is entered where one test says that nothing can stop it for a while. */
export interface LoopPlan {
  readonly loop: FastLoop
  readonly blocks: readonly BlockPlan[]
  /** What has to be tested, apart from the budget. */
  readonly tests: readonly HoistedCheck[]
  /** This is the region's only copy: where the test fails, the resume region of the header goes on. */
  readonly alone: boolean
  /**
   * Set where the number of iterations is known in front of the loop and nothing leaves it on the way: the whole chunk
   * is paid for at once.
   */
  readonly counted: Trips | undefined
}

export interface RegionPlan {
  readonly region: Region
  /** Where a block stands in the region, by its number. */
  readonly position: ReadonlyMap<number, number>
  readonly blocks: readonly BlockPlan[]
  /** Blocks of loops that have no other copy than the fast one. */
  readonly replaced: ReadonlySet<number>
  /** Fast copies by their header's block number. */
  readonly loops: ReadonlyMap<number, LoopPlan>
  /** Cold registers that are loaded on entry. */
  readonly loaded: number
  /** Cold registers that are C locals. */
  readonly locals: number
}

/** Do innermost loops get a fast copy, and for which headers (numbers of blocks) is it the only one? */
export type FastLoops = 'none' | 'beside' | ((header: number) => boolean)

/** Plans one region. */
export function planRegion(
  graph: Graph,
  region: Region,
  {
    mode,
    emission,
    machine,
    cold,
    warm,
    stable,
    stopTests,
    convention,
  }: Pick<EmitterContext, 'mode' | 'emission' | 'machine' | 'cold' | 'warm' | 'stable' | 'stopTests' | 'convention'>,
  fastLoops: FastLoops,
): RegionPlan {
  const { instrs } = graph.program
  const ids = region.blocks
  const position = new Map<number, number>()
  for (let index = 0; index < ids.length; index++) position.set(ids[index]!, index)
  const entry = ids[0]!
  const bodies = ids.map(id => {
    const block = graph.blocks[id]!
    return instrs.slice(block.first, block.first + block.count) as Instr[]
  })
  const inside = ids.map(id => {
    const targets: number[] = []
    for (const next of successors(graph.blocks[id]!)) {
      const target = next === entry && !region.headers.has(entry) ? undefined : position.get(next)
      if (target !== undefined) targets.push(target)
    }
    return targets
  })
  const amounts = bodies.map(body => mode.counters.map(counter => total(counter, body, machine)))
  const inLoop = loopMembers(inside)
  const stored = storedAtOnce(bodies, inside, inLoop, cold, convention.storesEarly)
  const { mayDirty, loaded, locals } = traffic(bodies, inside, cold, stored)
  const tests = stopTests.get(region)!
  const isHeader = (position: number): boolean => region.headers.has(ids[position]!)
  const own = ids.map(id => graph.blocks[id]!)
  const countsAll = emission.loops !== undefined
  const loopRegion = { blocks: own, bodies, next: inside, namesAddresses: stable === undefined }
  const fast =
    fastLoops !== 'none' && region.headers.size > 0
      ? innermostLoops(own, inside, isHeader)
          .map(loop => planFastLoop(loop, loopRegion, graph.program.xlen))
          .filter(countsAll ? paysAtOnce : pays)
      : []
  const isAlone = ({ header }: FastLoop): boolean => typeof fastLoops === 'function' && fastLoops(ids[header]!)
  const replaced = new Set(fast.filter(isAlone).flatMap(loop => loop.blocks))
  const { checks, entering } = proveChecks(nodesOf(bodies, inside, isHeader, fast, replaced))
  const loads = placeLoads(
    loaded,
    warm.reduce((mask, register) => mask & ~(1 << register), cold),
    { bodies, next: inside, inLoop, mayDirty, checks },
  )
  const planOf = (position: number, node: number): BlockPlan => ({
    block: own[position]!,
    instrs: bodies[position]!,
    amounts: amounts[position]!,
    checks: checks[node]!,
    dirtyAtEntry: mayDirty[position]!,
    stored: stored[position]!,
    loads: loads.inBlocks[position],
    tests: position === node && tests.has(ids[position]!),
  })
  let node = ids.length
  const loops = new Map(
    fast
      .map((loop): [number, LoopPlan] => {
        const blocks = loop.blocks.map(position => planOf(position, node++))
        node++
        return [
          ids[loop.header]!,
          {
            loop,
            blocks,
            alone: isAlone(loop),
            counted: blocks.every(isSmooth) ? loop.trips : undefined,
            tests: loop.hoisted.filter(check => !isProven(check, entering[loop.header])),
          },
        ]
      })
      .filter(([, { counted }]) => !countsAll || counted !== undefined),
  )
  return {
    region,
    position,
    blocks: ids.map((_, position) => planOf(position, position)),
    replaced: new Set([...replaced].map(position => ids[position]!)),
    loops,
    loaded: loads.atEntry,
    locals,
  }
}

const NOTHING = noFacts()

/** Does nothing leave the block but its transfer? */
const isSmooth = ({ checks, instrs }: BlockPlan): boolean =>
  checks.head.length === 0 && checks.inner.size === 0 && instrs.every(({ row }) => row.kind !== 'call')

/** Is it known at the header in every iteration, without a test? */
const isProven = ({ terms, stride, low, high }: HoistedCheck, facts: Facts = NOTHING): boolean =>
  isStill(stride) &&
  terms.length === 1 &&
  terms[0]!.coefficient === 1 &&
  terms[0]!.register < SLOTS &&
  covers(facts, terms[0]!.register, low, high)

/** Sum of a counter's amounts over instructions. */
export function total(counter: Counter, instrs: readonly Instr[], machine: Machine, from = 0): number {
  let sum = 0
  for (let index = from; index < instrs.length; index++) sum += counter.amount(instrs[index]!, machine)
  return sum
}

/** A piece of code in the analysis of checks: a block of the region, or of a loop's fast copy. */
interface Node {
  readonly body: readonly Instr[]
  readonly next: readonly number[]
  readonly covered: Pick<ReadonlySet<number>, 'has'> | undefined
  /** Set for the header of a fast copy, and for the place where a chunk ends in front of the slow one. */
  readonly proven: FastLoop | undefined
  /** Facts are dropped rather than narrowed here, so that iteration ends. */
  readonly widens: boolean
  /** Fast copies that control may enter in front of this block's own checks. */
  readonly before: number | undefined
}

/** Blocks in order, then for each fast loop its blocks and the end of its chunks. */
function nodesOf(
  bodies: readonly (readonly Instr[])[],
  next: readonly (readonly number[])[],
  isHeader: (position: number) => boolean,
  loops: readonly FastLoop[],
  replaced: ReadonlySet<number>,
): Node[] {
  let free = bodies.length
  const starts = loops.map(({ blocks }) => {
    const start = free
    free += blocks.length + 1
    return start
  })
  const nodes = bodies.map((body, position): Node => {
    const isReplaced = replaced.has(position)
    const loop = loops.length === 0 ? -1 : loops.findIndex(({ header }) => header === position)
    return {
      body: isReplaced ? [] : body,
      next: isReplaced ? [] : next[position]!,
      covered: undefined,
      proven: undefined,
      widens: isHeader(position),
      before: loop < 0 ? undefined : starts[loop]!,
    }
  })
  for (const [number, loop] of loops.entries()) {
    const start = starts[number]!
    const end = start + loop.blocks.length
    for (const [index, position] of loop.blocks.entries()) {
      nodes.push({
        body: bodies[position]!,
        covered: loop.covered[index]!,
        proven: index === 0 ? loop : undefined,
        widens: index === 0,
        before: undefined,
        next: next[position]!.flatMap(target =>
          target === loop.header
            ? [start, end]
            : [loop.blocks.includes(target) ? start + loop.blocks.indexOf(target) : target],
        ),
      })
    }
    nodes.push({ body: [], next: [loop.header], covered: undefined, proven: loop, widens: false, before: undefined })
  }
  return nodes
}

/**
 * Facts in front of each node and those at hand, kept from region to region: making them takes longer than using them.
 */
const factsAt: Facts[] = []
const current = noFacts()

function keep(node: number, facts: Facts): Facts {
  const kept = (factsAt[node] ??= noFacts())
  kept.set(facts)
  return kept
}

/**
 * Runs the facts to a fixed point over all nodes, then plans their checks. Also the facts in front of each, good until
 * the next call.
 */
function proveChecks(nodes: readonly Node[]): { checks: BlockChecks[]; entering: (Facts | undefined)[] } {
  const entering: (Facts | undefined)[] = nodes.map(() => undefined)
  entering[0] = keep(0, NOTHING)
  const checks: BlockChecks[] = []
  const simple = nodes.length === 1 && nodes[0]!.next.length === 0
  for (let changed = true; changed;) {
    changed = false
    const flow = (from: number, target: number, facts: Facts): void => {
      const before = entering[target]
      if (before === undefined) {
        entering[target] = keep(target, facts)
        if (target <= from) changed = true
      } else if (meet(before, facts, nodes[target]!.widens) && target <= from) changed = true
    }
    for (let index = 0; index < nodes.length; index++) {
      const { body, next, covered, proven, before } = nodes[index]!
      const known = entering[index]
      // What is not reached yet knows nothing to pass on; another round follows when it is.
      if (known === undefined) continue
      const facts = current
      facts.set(known)
      if (before !== undefined) flow(index, before, facts)
      if (proven !== undefined) learnHoisted(facts, proven)
      checks[index] = planChecks(body, facts, covered)
      for (const target of next) flow(index, target, facts)
    }
    if (simple) break
  }
  for (let index = 0; index < nodes.length; index++) checks[index] ??= planChecks(nodes[index]!.body, noFacts())
  return { checks, entering }
}
