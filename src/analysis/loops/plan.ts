/** Plans the fast copy of an innermost loop: what one test in front of it proves for many iterations. */
import type { Xlen } from '../../elf/image.ts'
import { reads, writes } from '../../isa/registers-used.ts'
import type { Instr } from '../../isa/row.ts'
import { isAmong, MOST_SLOTS } from './affine.ts'
import type { FastLoop } from './fast-loop.ts'
import type { InnermostLoop } from './find.ts'
import { hoist, type Hoisted } from './hoist.ts'
import { keptWords, NOTHING_KEPT } from './neighbours.ts'
import { stackSlots } from './slots.ts'
import { stackWords, worthKeeping } from './stack-words.ts'
import { narrowChecks, stridesOf, type Assumptions, type HoistedCheck, type Stride } from './strides.ts'
import { onlyExit, tripsOf } from './trips.ts'
import { walk, type Cut, type LoopRegion } from './walk.ts'

/**
 * Instructions of a chunk: long enough for the test to cost nothing, short against a millisecond, so that a stop is not
 * kept waiting.
 */
const CHUNK = 16_384
const MOST_ITERATIONS = 1024
const FEWEST_ITERATIONS = 4
/**
 * An address moves by at most so many bytes within a chunk: tests must not fail because of what lies near the end of
 * memory, such as the stack.
 */
const MOST_DISTANCE = 4096

/** What follows from how registers move. */
interface Proof extends Hoisted, Pick<FastLoop, 'trips' | 'narrow' | 'lossless' | 'registerStrides'> {}

export function planFastLoop(loop: InnermostLoop, region: LoopRegion, xlen: Xlen): FastLoop {
  const instrs = loop.blocks.flatMap(position => region.bodies[position]!)
  const stack = stackWords(instrs)
  const slots = stackSlots(stack, instrs, xlen / 8).slice(0, MOST_SLOTS)
  const exit = onlyExit(loop, region.blocks)
  const { sites, cuts, backEdges, atEnd, longest } = walk(loop, region, slots)
  const prove = (strides: readonly (Stride | undefined)[]): Proof => {
    const assumptions: Assumptions = { registers: new Set(), narrow: [] }
    const atExit = exit && atEnd.get(loop.blocks[exit.index]!)
    const count = exit && tripsOf(exit, atExit!, strides, assumptions)
    const hoisted = hoist(sites, strides, loop.blocks, assumptions)
    return {
      ...hoisted,
      trips: count && { count, exit: exit!.index, hasTemporaries: hasTemporaries(instrs) },
      narrow: narrowChecks(assumptions, strides),
      lossless: losslessCuts(cuts, assumptions, loop.blocks),
      registerStrides: [...assumptions.registers],
    }
  }
  const strides = stridesOf(backEdges)
  const counted = prove(strides)
  const isCounted = counted.trips !== undefined && counted.all && instrs.every(({ row }) => row.kind !== 'call')
  // Strides in registers are for loops that are counted: nobody knows how far others would lead.
  const keeps = isCounted || counted.registerStrides.length === 0
  const proof = keeps ? counted : prove(strides.map(stride => (stride?.register === 0 ? stride : undefined)))
  const { hoisted, covered, trips, narrow, lossless, registerStrides } = proof
  return {
    header: loop.blocks[0]!,
    blocks: loop.blocks,
    covered,
    hoisted,
    narrow,
    lossless,
    longest,
    iterations: chunkOf(longest, hoisted),
    trips,
    registerStrides,
    slots,
    kept:
      isCounted && region.keepsWords ? keptWords(worthKeeping(stack, instrs), sites, proof, loop.blocks) : NOTHING_KEPT,
  }
}

/** Iterations of a chunk. */
function chunkOf(longest: number, hoisted: readonly HoistedCheck[]): number {
  const farthest = hoisted.reduce((most, { stride }) => Math.max(most, Math.abs(stride.constant)), 1)
  const most = Math.min(MOST_ITERATIONS, Math.floor(CHUNK / longest), Math.floor(MOST_DISTANCE / farthest))
  return Math.max(FEWEST_ITERATIONS, most)
}

/** Cuts of sums that are assumed to lie in 32 bits, like all that these are made of. */
function losslessCuts(cuts: readonly Cut[], { narrow }: Assumptions, blocks: readonly number[]): ReadonlySet<number>[] {
  const lossless = cuts.filter(({ sum }) => isAmong(narrow, sum) && sum.narrow.every(own => isAmong(narrow, own)))
  return blocks.map(position => new Set(lossless.filter(({ block }) => block === position).map(({ index }) => index)))
}

/** Is a register written in every iteration before it is read? */
function hasTemporaries(instrs: readonly Instr[]): boolean {
  let read = 0
  let written = 0
  let first = 0
  for (const instr of instrs) {
    read |= reads(instr) & ~written
    written |= writes(instr)
    first |= writes(instr) & ~read
  }
  return first !== 0
}
