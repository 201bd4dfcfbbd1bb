/** Cold registers of a region, which are C locals: when they are loaded, and where they are stored. */
import type { Instr } from '../isa/row.ts'
import { reads, writes } from '../isa/registers-used.ts'
import { solve, type Flow } from './flow.ts'

/** Solves a problem in which something is known everywhere. */
const masks = (flow: Flow<number>): number[] => solve(flow).map(state => state!)

/** The registers that the first `count` instructions write. */
export function writtenBy(body: readonly Instr[], count = body.length): number {
  let mask = 0
  for (let index = 0; index < count; index++) mask |= writes(body[index]!)
  return mask
}

/**
 * Forward analysis of the cold registers: which may be, and which surely are, newer in locals than in the state block.
 * `stored`: per block, registers that it leaves stored.
 */
export function traffic(
  bodies: readonly (readonly Instr[])[],
  next: readonly (readonly number[])[],
  cold: number,
  stored?: readonly number[],
): { mayDirty: readonly number[]; loaded: number; locals: number } {
  const written = bodies.map(body => writtenBy(body) & cold)
  const may = masks({
    direction: 'forward',
    next,
    start: () => 0,
    pass: (index, state) => (state | written[index]!) & ~(stored?.[index] ?? 0),
    meet: (known, arriving) => known | arriving,
  })
  const must = masks({
    direction: 'forward',
    next,
    start: index => (index === 0 ? 0 : -1),
    pass: (index, state) => state | written[index]!,
    meet: (known, arriving) => known & arriving,
  })
  let loaded = 0
  let locals = 0
  for (let index = 0; index < bodies.length; index++) {
    // A register that only some paths wrote is stored on every exit behind them, so it has to hold its old value on the
    // others.
    loaded |= may[index]! & ~must[index]!
    let known = must[index]!
    for (const instr of bodies[index]!) {
      const read = reads(instr) & cold
      locals |= read
      loaded |= read & ~known
      known |= writes(instr)
    }
    locals |= written[index]!
  }
  return { mayDirty: may, loaded: loaded & cold, locals: locals | (loaded & cold) }
}

/**
 * Per block, the cold registers that are stored where the block last writes them instead of at each way out of the
 * region: those that the region does not write behind that nor, unless `early`, read, outside of loops. On every path
 * that is one store either way, and nothing has to hold the value until then: what a function's end loads from the
 * stack goes straight to where the caller's code looks for it.
 */
export function storedAtOnce(
  bodies: readonly (readonly Instr[])[],
  next: readonly (readonly number[])[],
  inLoop: ReadonlySet<number> | undefined,
  { cold, early }: { readonly cold: number; readonly early: boolean },
): number[] {
  const touched: number[] = []
  const finished: number[] = []
  for (const body of bodies) {
    let later = 0
    let last = 0
    for (let index = body.length - 1; index >= 0; index--) {
      const instr = body[index]!
      const written = writes(instr)
      // A jump's link is written where the region is left.
      if (instr.row.kind !== 'jal' && instr.row.kind !== 'jalr') last |= written & ~later
      later |= early ? written : written | reads(instr)
    }
    touched.push(later & cold)
    finished.push(last & cold)
  }
  const ahead = masks({
    direction: 'backward',
    next,
    start: () => 0,
    pass: (index, state) => state | touched[index]!,
    meet: (known, arriving) => known | arriving,
  })
  return finished.map((mask, index) => (inLoop?.has(index) === true ? 0 : mask & ~ahead[index]!))
}

/**
 * Blocks on a cycle; undefined where there is none. Positions are in reverse postorder, so an edge backwards closes
 * one.
 */
export function loopMembers(next: readonly (readonly number[])[]): ReadonlySet<number> | undefined {
  const closing = next.flatMap((targets, from) =>
    targets.filter(target => target <= from).map(header => ({ from, header })),
  )
  if (closing.length === 0) return undefined
  const before: number[][] = next.map(() => [])
  for (const [from, targets] of next.entries()) for (const target of targets) before[target]!.push(from)
  const members = new Set<number>()
  for (const { from, header } of closing) {
    const own = new Set([header])
    const pending = [from]
    while (pending.length > 0) {
      const member = pending.pop()!
      if (member < header || own.has(member)) continue
      own.add(member)
      for (const earlier of before[member]!) pending.push(earlier)
    }
    for (const member of own) members.add(member)
  }
  return members
}
