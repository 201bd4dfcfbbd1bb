/** Where a region loads the cold registers that it needs: at its entry, or later, where fewer values are alive. */
import type { Instr } from '../isa/row.ts'
import { eachRegister, reads, writes } from '../isa/registers-used.ts'
import { commonDominator, dominatorsOf } from './dominators.ts'
import type { BlockChecks } from './block-checks.ts'

/** By instruction, the registers (a mask) that are loaded in front of it. */
export type Loads = ReadonlyMap<number, number>

export interface LoadPlan {
  /** Registers that are loaded on entry. */
  readonly atEntry: number
  /** Per block, what is loaded in it. */
  readonly inBlocks: readonly (Loads | undefined)[]
}

interface RegionFlow {
  readonly bodies: readonly (readonly Instr[])[]
  /** Successors inside the region; positions are in reverse postorder. */
  readonly next: readonly (readonly number[])[]
  /** Blocks on a cycle. */
  readonly inLoop: ReadonlySet<number> | undefined
  /** Per block, registers that may be newer in locals where it is entered. */
  readonly mayDirty: readonly number[]
  readonly checks: readonly BlockChecks[]
}

/**
 * Places the loads of `movable` registers; the rest of `loaded` stays at the entry. A load stands in the last block
 * that all ways to what touches its register lead through, or in one in front of that, outside of loops: in front of
 * the first instruction there that touches it, or of the last. Nothing has written the register until then.
 */
export function placeLoads(loaded: number, movable: number, flow: RegionFlow): LoadPlan {
  const { bodies, inLoop, checks } = flow
  const inBlocks: (Map<number, number> | undefined)[] = bodies.map(() => undefined)
  let atEntry = loaded & ~movable
  if ((loaded & movable) === 0 || inLoop?.has(0) === true) return { atEntry: loaded, inBlocks }
  const early = bodies.map((_, position) =>
    checks[position]!.head.reduce((mask, { register }) => mask | (1 << register), 0),
  )
  const touchedAt = (position: number, index: number): number => {
    const instr = bodies[position]![index]!
    const check = checks[position]!.inner.get(index)
    return reads(instr) | writes(instr) | (check === undefined ? 0 : 1 << check.register)
  }
  const touched = bodies.map((body, position) =>
    body.reduce((mask, _, index) => mask | touchedAt(position, index), flow.mayDirty[position]! | early[position]!),
  )
  const dominators = dominatorsOf(flow.next)
  eachRegister(loaded & movable, register => {
    const bit = 1 << register
    let place = -1
    for (const [position, mask] of touched.entries())
      if ((mask & bit) !== 0) place = place < 0 ? position : commonDominator(dominators, place, position)
    const isUnfit = (): boolean =>
      inLoop?.has(place) === true || (early[place]! & bit) !== 0 || bodies[place]!.length === 0
    while (place > 0 && isUnfit()) place = dominators[place]!
    if (place < 0 || isUnfit()) {
      atEntry |= bit
      return
    }
    const body = bodies[place]!
    const first = body.findIndex((_, index) => (touchedAt(place, index) & bit) !== 0)
    const index = first < 0 ? body.length - 1 : first
    const own = (inBlocks[place] ??= new Map<number, number>())
    own.set(index, (own.get(index) ?? 0) | bit)
  })
  return { atEntry, inBlocks }
}
