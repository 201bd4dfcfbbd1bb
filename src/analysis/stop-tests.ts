/** Where stop tests stand: every cycle of the guest passes one, and none is farther from the next than the floor. */
import type { Block, Graph, Region } from '../program/program.ts'
import type { RegionLimits } from './ownership.ts'
import { successors } from '../program/successors.ts'

/**
 * The least budget with which native code goes on past a stop test: no region has more instructions, and a block is
 * never split, however small regions have to be.
 */
export const floorOf = ({ blocks }: Graph, { regionSize }: RegionLimits): number =>
  blocks.reduce((most, block) => Math.max(most, block.count), regionSize)

/** A computed jump that is no farther than this behind a test needs none of its own. */
const NEAR = 256

const isComputedJump = ({ end }: Block): boolean => end.kind === 'indirect' && end.target === undefined

/** The longest ways through one region, in instructions; -Infinity where there is none. */
interface Ways {
  /**
   * To the start of each block, by position, from the region's entry without a test at a loop header; from the last
   * such test.
   */
  readonly fromEntry: readonly number[]
  readonly fromTest: readonly number[]
  /** To its end from the entry, without a test. */
  readonly longest: number
  /** To the ends of computed jumps, likewise. */
  readonly jumps: readonly number[]
  /** To other regions, by the block that they start at, through the end of the block that leads there. */
  readonly exits: readonly { readonly to: number; readonly fromEntry: number; readonly fromTest: number }[]
}

function waysOf({ blocks: ids, headers }: Region, blocks: readonly Block[]): Ways {
  const position = new Map(ids.map((id, index) => [id, index]))
  const fromEntry = ids.map(() => -Infinity)
  const fromTest = ids.map(() => -Infinity)
  const exits: { to: number; fromEntry: number; fromTest: number }[] = []
  const jumps: number[] = []
  let longest = 0
  fromEntry[0] = 0
  // In reverse postorder every way but that to a loop header leads forward.
  for (const [index, id] of ids.entries()) {
    if (headers.has(id)) {
      fromEntry[index] = -Infinity
      fromTest[index] = 0
    }
    const { count } = blocks[id]!
    const entry = fromEntry[index]! + count
    const test = fromTest[index]! + count
    longest = Math.max(longest, entry)
    if (isComputedJump(blocks[id]!)) jumps.push(entry)
    for (const to of successors(blocks[id]!)) {
      const target = position.get(to)
      if (target === undefined) exits.push({ to, fromEntry: entry, fromTest: test })
      else if (target > index) {
        fromEntry[target] = Math.max(fromEntry[target]!, entry)
        fromTest[target] = Math.max(fromTest[target]!, test)
      }
    }
  }
  return { fromEntry, fromTest, longest, jumps, exits }
}

/**
 * The ways that lead from entry to entry without a test: marks an entry of each cycle, and returns all of them so that
 * what leads to an unmarked one stands in front of it. A cycle has a way that leads backwards in the guest's text. No
 * order of walking decides, so an edited function changes few others.
 */
function breakCycles(next: ReadonlyMap<number, readonly number[]>, isTested: Uint8Array): number[] {
  const components = componentsOf(next, isTested.length)
  const component = new Int32Array(isTested.length)
  for (const [number, members] of components.entries()) for (const id of members) component[id] = number
  for (const members of components)
    for (const id of members)
      for (const target of next.get(id)!) if (target <= id && component[target] === component[id]) isTested[target] = 1
  return components.toReversed().flatMap(members => members.toSorted((a, b) => a - b))
}

/** Strongly connected components (Tarjan), those first that others lead to. */
function componentsOf(next: ReadonlyMap<number, readonly number[]>, length: number): number[][] {
  const number = new Int32Array(length)
  const low = new Int32Array(length)
  const pending: number[] = []
  const isPending = new Uint8Array(length)
  const components: number[][] = []
  let count = 0
  const open = (id: number): { id: number; index: number } => {
    number[id] = low[id] = ++count
    pending.push(id)
    isPending[id] = 1
    return { id, index: 0 }
  }
  for (const start of next.keys()) {
    if (number[start] !== 0) continue
    const stack = [open(start)]
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!
      const { id } = top
      const target = next.get(id)![top.index++]
      if (target !== undefined) {
        if (number[target] === 0) stack.push(open(target))
        else if (isPending[target] === 1) low[id] = Math.min(low[id]!, number[target]!)
        continue
      }
      stack.pop()
      const above = stack.at(-1)
      if (above !== undefined) low[above.id] = Math.min(low[above.id]!, low[id]!)
      if (low[id] !== number[id]) continue
      const members = pending.splice(pending.lastIndexOf(id))
      for (const member of members) isPending[member] = 0
      components.push(members)
    }
  }
  return components
}

/** The blocks of each region that start with a stop test. */
export type StopTests = ReadonlyMap<Region, ReadonlySet<number>>

/**
 * Loop headers test, and entries of resume regions. A computed jump may lead to any region, so it tests itself, or a
 * test stands close in front of it. What is left are jumps and calls from region to region: an entry tests where a
 * cycle of these closes, or where the last test would be too far away.
 */
export function placeStopTests(
  graph: Graph,
  main: readonly Region[],
  resume: readonly Region[],
  limits: RegionLimits,
): StopTests {
  const { blocks } = graph
  const floor = floorOf(graph, limits)
  const near = blocks.reduce(
    (most, block) => (isComputedJump(block) ? Math.max(most, block.count) : most),
    Math.min(NEAR, floor >>> 1),
  )
  const isTested = new Uint8Array(blocks.length)
  const isEntry = new Uint8Array(blocks.length)
  const entryOf = ({ blocks: ids }: Region): number => ids[0]!
  const ways = new Map([...main, ...resume].map(region => [region, waysOf(region, blocks)]))
  const wayFrom = new Map(main.map(region => [entryOf(region), ways.get(region)!]))
  for (const id of wayFrom.keys()) isEntry[id] = 1
  /** Instructions since the last test at an entry that has none. */
  const before = new Float64Array(blocks.length).fill(near)
  const reach = (id: number, distance: number): void => {
    before[id] = Math.max(before[id]!, distance)
  }
  for (const region of resume)
    for (const { to, fromEntry, fromTest } of ways.get(region)!.exits) reach(to, Math.max(fromEntry, fromTest))
  for (const { exits } of wayFrom.values()) for (const { to, fromTest } of exits) reach(to, fromTest)
  // Where computed jumps are all that a region leads to, one test at its entry does for them: nothing has to be kept
  // there for the case that it fails.
  for (const region of main) {
    const { jumps, exits } = ways.get(region)!
    if (jumps.length > 0 && exits.length === 0 && region.headers.size === 0 && jumps.every(length => length <= near))
      isTested[entryOf(region)] = 1
  }
  const next = new Map(
    [...wayFrom].map(([id, { exits }]) => [
      id,
      exits.filter(({ to, fromEntry }) => isEntry[to] === 1 && fromEntry >= 0).map(({ to }) => to),
    ]),
  )
  for (const id of breakCycles(next, isTested)) {
    const { longest, exits } = wayFrom.get(id)!
    if (before[id]! + longest > floor) isTested[id] = 1
    for (const { to, fromEntry } of exits) reach(to, fromEntry + (isTested[id] === 1 ? 0 : before[id]!))
  }
  const testsOf = (region: Region, atEntry: boolean): ReadonlySet<number> => {
    const tests = new Set(region.headers)
    const { fromEntry, fromTest } = ways.get(region)!
    if (atEntry) tests.add(entryOf(region))
    for (const [index, id] of region.blocks.entries()) {
      const behindEntry = atEntry ? Math.max(fromEntry[index]!, fromTest[index]!) : Infinity
      const since = fromEntry[index]! < 0 ? fromTest[index]! : behindEntry
      if (isComputedJump(blocks[id]!) && since + blocks[id]!.count > near) tests.add(id)
    }
    return tests
  }
  return new Map([
    ...main.map(region => [region, testsOf(region, isTested[entryOf(region)] === 1)] as const),
    ...resume.map(region => [region, testsOf(region, true)] as const),
  ])
}
