/** Graph × Region → RegionPlan: every analysis of one region in order. */
import type { Instr } from '../isa/row.ts'
import type { Graph, Region } from '../program/program.ts'
import { bodyOf } from '../program/slots.ts'
import { successors } from '../program/successors.ts'
import { covers, type Facts } from './facts.ts'
import { placeLoads } from './loads.ts'
import { SLOTS } from './loops/affine.ts'
import { innermostLoops } from './loops/find.ts'
import type { FastLoop } from './loops/fast-loop.ts'
import { planFastLoop } from './loops/plan.ts'
import { isStill, type HoistedCheck } from './loops/strides.ts'
import { pays, paysAtOnce } from './loops/worth.ts'
import type { BlockPlan, LoopPlan, RegionPlan } from './plan.ts'
import { proveChecks, type RegionChecks, type RegionCode } from './region-checks.ts'
import type { StopTests } from './stop-tests.ts'
import { loopMembers, storedAtOnce, traffic } from './traffic.ts'

/** What plans depend on beside the guest: how the project's regions pass registers, and how its mode counts. */
export interface PlanSettings {
  /** Registers that are no arguments of regions. */
  readonly cold: number
  /** Those of them that a region may load later than at its entry. */
  readonly movable: number
  /** Are registers stored as soon as they are written last, also where they are read again? */
  readonly storesEarly: boolean
  /** May a loop's sums contain what lui and auipc yield? */
  readonly namesAddresses: boolean
  readonly stopTests: StopTests
  /** The mode tests in every block: a fast copy is a number of iterations in front of the loop, or there is none. */
  readonly countsAtOnce: boolean
  /** May counted loops keep words of the stack in variables? */
  readonly keepsWords: boolean
  /** Loops, as the instructions of their blocks, that get no fast copy; default: none. */
  readonly leavesLoop?: ((blocks: readonly (readonly Instr[])[]) => boolean) | undefined
  /** What instructions account for on each counter. */
  readonly amounts: (instrs: readonly Instr[]) => readonly number[]
}

/** Do innermost loops get a fast copy, and for which headers (numbers of blocks) is it the only one? */
export type FastLoops = 'none' | 'beside' | ((header: number) => boolean)

/** Plans one region. */
export function planRegion(graph: Graph, region: Region, settings: PlanSettings, fastLoops: FastLoops): RegionPlan {
  const { blocks: ids } = region
  const position = new Map<number, number>()
  for (let index = 0; index < ids.length; index++) position.set(ids[index]!, index)
  const own = ids.map(id => graph.blocks[id]!)
  const bodies = own.map(block => bodyOf(graph.program, block))
  const next = nextInside(graph, region, position)
  const { cold, movable, storesEarly, amounts } = settings
  const inLoop = loopMembers(next)
  const stored = storedAtOnce(bodies, next, inLoop, { cold, early: storesEarly })
  const { mayDirty, loaded, locals } = traffic(bodies, next, cold, stored)
  const isHeader = (at: number): boolean => region.headers.has(ids[at]!)
  const fast = fastLoops === 'none' ? [] : fastLoopsOf(graph, region, settings, { bodies, next, isHeader })
  const isAlone = ({ header }: FastLoop): boolean => typeof fastLoops === 'function' && fastLoops(ids[header]!)
  const replaced = new Set(fast.filter(isAlone).flatMap(loop => loop.blocks))
  const checks = proveChecks({ image: graph.program.image, bodies, next, isHeader, loops: fast, replaced })
  const loads = placeLoads(loaded, movable, { bodies, next, inLoop, mayDirty, checks: checks.blocks })
  const tests = settings.stopTests.get(region)!
  const blocks = own.map((block, at): BlockPlan => ({
    block,
    instrs: bodies[at]!,
    amounts: amounts(bodies[at]!),
    checks: checks.blocks[at]!,
    dirtyAtEntry: mayDirty[at]!,
    stored: stored[at]!,
    loads: loads.inBlocks[at],
    tests: tests.has(block.id),
  }))
  const loops = fast
    .map((loop, number) => loopPlan(loop, { number, alone: isAlone(loop), blocks, checks }))
    .filter(({ counted }) => !settings.countsAtOnce || counted !== undefined)
  return {
    region,
    position,
    blocks,
    replaced: new Set([...replaced].map(at => ids[at]!)),
    loops: new Map(loops.map(plan => [ids[plan.loop.header]!, plan])),
    loaded: loads.atEntry,
    locals,
  }
}

/** Successors inside the region, by position. */
function nextInside(graph: Graph, { blocks: ids, headers }: Region, position: RegionPlan['position']): number[][] {
  const entry = ids[0]!
  return ids.map(id => {
    const targets: number[] = []
    for (const next of successors(graph.blocks[id]!)) {
      const target = next === entry && !headers.has(entry) ? undefined : position.get(next)
      if (target !== undefined) targets.push(target)
    }
    return targets
  })
}

/** The innermost loops that are worth a fast copy. */
function fastLoopsOf(
  { blocks, program }: Graph,
  region: Region,
  { namesAddresses, countsAtOnce, keepsWords, leavesLoop }: PlanSettings,
  { bodies, next, isHeader }: Pick<RegionCode, 'bodies' | 'next' | 'isHeader'>,
): FastLoop[] {
  if (region.headers.size === 0) return []
  const own = region.blocks.map(id => blocks[id]!)
  const loopRegion = { blocks: own, bodies, next, namesAddresses, keepsWords }
  return innermostLoops(own, next, isHeader)
    .filter(loop => leavesLoop?.(loop.blocks.map(position => bodies[position]!)) !== true)
    .map(loop => planFastLoop(loop, loopRegion, program.xlen))
    .filter(countsAtOnce ? paysAtOnce : pays)
}

interface Copy {
  readonly number: number
  readonly alone: boolean
  /** Of the region. */
  readonly blocks: readonly BlockPlan[]
  readonly checks: RegionChecks
}

function loopPlan(loop: FastLoop, { number, alone, blocks, checks }: Copy): LoopPlan {
  const own = loop.blocks.map((position, index) => ({
    ...blocks[position]!,
    checks: checks.copies[number]![index]!,
    tests: false,
  }))
  return {
    loop,
    blocks: own,
    tests: loop.hoisted.filter(check => !isProven(check, checks.entering[loop.header])),
    alone,
    counted: own.every(isSmooth) ? loop.trips : undefined,
  }
}

/** Does nothing leave the block but its transfer? */
const isSmooth = ({ checks, instrs }: BlockPlan): boolean =>
  checks.head.length === 0 && checks.inner.size === 0 && instrs.every(({ row }) => row.kind !== 'call')

/** Is it known at the header in every iteration, without a test? */
const isProven = ({ terms, stride, low, high }: HoistedCheck, facts: Facts | undefined): boolean =>
  facts !== undefined &&
  isStill(stride) &&
  terms.length === 1 &&
  terms[0]!.coefficient === 1 &&
  terms[0]!.register < SLOTS &&
  covers(facts, terms[0]!.register, low, high)
