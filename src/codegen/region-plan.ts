/** Everything about a region that its C text depends on: cold-register traffic, checks, stop tests. */
import { successors } from '../cfg/successors.ts'
import type { Block, Graph, Region } from '../ir/program.ts'
import type { Instr } from '../isa/row.ts'
import type { Counter, Mode } from '../modes/mode.ts'
import type { Machine } from '../machine/machine.ts'
import { meet, noFacts, planChecks, type BlockChecks, type Facts } from './facts.ts'
import { reads, writes } from './registers-used.ts'

export interface BlockPlan {
  readonly block: Block
  readonly instrs: readonly Instr[]
  /** What the block accounts for on each counter. */
  readonly amounts: readonly number[]
  readonly checks: BlockChecks
  /** Cold registers that hold values newer than the state block when the block is entered. */
  readonly dirtyAtEntry: number
  /** Does the block start with a stop test? The region's entry and its loop headers do: no cycle of the guest avoids them. */
  readonly tests: boolean
}

export interface RegionPlan {
  readonly region: Region
  readonly blocks: readonly BlockPlan[]
  /** Cold registers read from the state block on entry. */
  readonly loaded: number
  /** Cold registers that are C locals. */
  readonly locals: number
}

/** Plans one region. `cold` masks the registers that are not arguments. */
export function planRegion(graph: Graph, region: Region, mode: Mode, machine: Machine, cold: number): RegionPlan {
  const { instrs } = graph.program
  const ids = region.blocks
  const position = new Map(ids.map((id, index) => [id, index]))
  const entry = ids[0]!
  const bodies = ids.map(id => {
    const block = graph.blocks[id]!
    return instrs.slice(block.first, block.first + block.count) as Instr[]
  })
  const inside = ids.map(id => successors(graph.blocks[id]!).filter(next => position.has(next) && (next !== entry || region.headers.has(entry))).map(next => position.get(next)!))
  const amounts = bodies.map(body => mode.counters.map(counter => total(counter, body, machine)))
  const { mayDirty, loaded, locals } = traffic(bodies, inside, cold)
  const checks = proveChecks(ids, bodies, inside, region.headers)
  const blocks = ids.map((id, index): BlockPlan => ({
    block: graph.blocks[id]!, instrs: bodies[index]!, amounts: amounts[index]!, checks: checks[index]!, dirtyAtEntry: mayDirty[index]!,
    tests: index === 0 || region.headers.has(id),
  }))
  return { region, blocks, loaded, locals }
}

/** Sum of a counter's amounts over instructions. */
export function total(counter: Counter, instrs: readonly Instr[], machine: Machine, from = 0): number {
  let sum = 0
  for (let index = from; index < instrs.length; index++) sum += counter.amount(instrs[index]!, machine)
  return sum
}

/** Forward analysis of the cold registers: which may be, and which surely are, newer in locals than in the state block. */
function traffic(bodies: readonly (readonly Instr[])[], next: readonly (readonly number[])[], cold: number): { mayDirty: Int32Array; loaded: number; locals: number } {
  const written = bodies.map(body => body.reduce((mask, instr) => mask | writes(instr), 0) & cold)
  const may = new Int32Array(bodies.length), must = new Int32Array(bodies.length).fill(-1)
  must[0] = 0
  for (let changed = true; changed;) {
    changed = false
    for (const [index, targets] of next.entries()) {
      const mayOut = may[index]! | written[index]!, mustOut = must[index]! | written[index]!
      for (const target of targets) {
        const newMay = may[target]! | mayOut, newMust = target === 0 ? 0 : must[target]! & mustOut
        if (newMay !== may[target] || newMust !== must[target]) changed = true
        may[target] = newMay
        must[target] = newMust
      }
    }
  }
  let loaded = 0, locals = 0
  for (const [index, body] of bodies.entries()) {
    // A register that only some paths wrote is stored on every exit behind them, so it has to hold its old value on the others.
    loaded |= may[index]! & ~must[index]!
    let known = must[index]!
    for (const instr of body) {
      const read = reads(instr) & cold
      locals |= read
      loaded |= read & ~known
      known |= writes(instr)
    }
    locals |= written[index]!
  }
  return { mayDirty: may, loaded: loaded & cold, locals: locals | (loaded & cold) }
}

const NOTHING = noFacts()

/** Runs the facts to a fixed point over the region, then plans each block's checks. */
function proveChecks(ids: readonly number[], bodies: readonly (readonly Instr[])[], next: readonly (readonly number[])[], headers: ReadonlySet<number>): BlockChecks[] {
  if (ids.length === 1 && headers.size === 0) return [planChecks(bodies[0]!, noFacts())]
  const entering: (Facts | undefined)[] = ids.map(() => undefined)
  entering[0] = noFacts()
  const checks: BlockChecks[] = []
  const facts = noFacts()
  for (let changed = true; changed;) {
    changed = false
    for (const [index, body] of bodies.entries()) {
      facts.set(entering[index] ?? NOTHING)
      checks[index] = planChecks(body, facts)
      for (const target of next[index]!) {
        const before = entering[target]
        if (before === undefined) entering[target] = facts.slice()
        else if (meet(before, facts, headers.has(ids[target]!)) && target <= index) changed = true
      }
    }
  }
  return checks
}
