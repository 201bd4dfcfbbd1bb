/** Plans the fast copy of an innermost loop: what one test in front of it proves for many iterations. */
import type { Xlen } from '../../elf/image.ts'
import type { Block } from '../../program/program.ts'
import type { Instr } from '../../isa/row.ts'
import { learn, reached, type Facts } from '../facts.ts'
import {
  cutSum,
  entryValues,
  isAmong,
  meetValues,
  MOST_SLOTS,
  plus,
  sameTerms,
  SLOTS,
  step,
  type Affine,
  type Values,
} from './affine.ts'
import { stackSlots } from './slots.ts'
import { isStackAccess } from './stack-access.ts'
import { extentOf, stackWords, worthKeeping, type KeptWords, type Neighbour, type StackWord } from './words.ts'
import { narrowChecks, strideOf, stridesOf, type Assumptions, type HoistedCheck, type Stride } from './strides.ts'
import type { InnermostLoop } from './find.ts'
import { onlyExit, tripsOf, type Count } from './trips.ts'
import { reads, writes } from '../../isa/registers-used.ts'

/** `offset` bytes behind the lowest address that check number `check` covers in the same iteration. */
export interface Place {
  readonly check: number
  readonly offset: number
}

export interface FastLoop {
  /** Position of the header in the region. */
  readonly header: number
  /** Positions of all blocks, the header first. */
  readonly blocks: readonly number[]
  /**
   * Per block, the instructions (by index) whose accesses the test in front of the loop covers, and where they access.
   */
  readonly covered: readonly ReadonlyMap<number, Place>[]
  /** What one test proves for all iterations of a chunk. */
  readonly hoisted: readonly HoistedCheck[]
  /** Values, not addresses, that have to lie in 32 bits for that. */
  readonly narrow: readonly HoistedCheck[]
  /** Per block, the instructions (by index) that add and keep 32 bits, of which `narrow` says that nothing is lost. */
  readonly lossless: readonly ReadonlySet<number>[]
  /** Instructions of the longest way round. */
  readonly longest: number
  /** Iterations of a chunk; at most so many where `trips` says how many there are. */
  readonly iterations: number
  /** Registers by which others move: the test in front of the loop says that they are small. */
  readonly registerStrides: readonly number[]
  /** Words of the stack that stand for registers, from number SLOTS on: offsets from the stack pointer. */
  readonly slots: readonly number[]
  /** How often the loop goes on in a row, where it is one chain of blocks and that is known in front of it. */
  readonly trips: Trips | undefined
  /** Words of the stack that a counted loop keeps in variables. */
  readonly kept: KeptWords
}

export interface Trips {
  readonly count: Count
  /** Index of the block that may leave the loop. */
  readonly exit: number
  /**
   * Some registers are overwritten in each iteration before anything reads them: nobody sees their values but those of
   * the last one.
   */
  readonly hasTemporaries: boolean
}

/**
 * Instructions of a chunk: long enough for the test to cost nothing, short against a millisecond, so that a stop is not
 * kept waiting.
 */
const CHUNK = 16_384
const MOST_ITERATIONS = 1024
/**
 * An address moves by at most so many bytes within a chunk: tests must not fail because of what lies near the end of
 * memory, such as the stack.
 */
const MOST_DISTANCE = 4096
/** What is longer and not counted has little to gain. */
const LONGEST_UNCOUNTED = 400
/** Strides beyond this would let a chunk leave memory where the loop does not. */
const MOST_STRIDE = 1024
const MOST_OFFSET = 2 ** 26

/** A sum of which an instruction keeps 32 bits. */
interface Cut {
  readonly block: number
  readonly index: number
  readonly sum: Affine
}

interface Site {
  readonly block: number
  readonly index: number
  readonly instr: Instr
  readonly address: Affine | undefined
  readonly base: Affine | undefined
  readonly width: number
}

const isNear = ({ constant }: Affine): boolean => Math.abs(constant) < MOST_OFFSET

/** `next` as for `innermostLoops`. `namesAddresses`: the text may contain what lui and auipc yield. */
export function planFastLoop(
  loop: InnermostLoop,
  blocks: readonly Block[],
  bodies: readonly (readonly Instr[])[],
  next: readonly (readonly number[])[],
  namesAddresses: boolean,
  xlen: Xlen,
): FastLoop {
  const header = loop.blocks[0]!
  const instrs = loop.blocks.flatMap(position => bodies[position]!)
  const stack = stackWords(instrs)
  const slots = stackSlots(stack, instrs, xlen / 8).slice(0, MOST_SLOTS)
  const atEntry = new Map<number, Values>([[header, entryValues(slots.length)]])
  const distance = new Map<number, number>([[header, 0]])
  const sites: Site[] = []
  const cuts: Cut[] = []
  const backEdges: Values[] = []
  const exit = onlyExit(loop, blocks)
  let atExit: Values | undefined
  let longest = 0
  for (const position of loop.blocks) {
    const values = atEntry.get(position)!.slice()
    const body = bodies[position]!
    for (let index = 0; index < body.length; index++) {
      const instr = body[index]!
      if (instr.row.kind === 'load' || instr.row.kind === 'store') {
        const base = values[instr.rs1]
        const address = plus(base, instr.imm)
        sites.push({ block: position, index, instr, address, base, width: instr.row.width })
      }
      const sum = cutSum(values, instr)
      if (sum !== undefined) cuts.push({ block: position, index, sum })
      step(values, instr, slots)
      if (instr.row.kind === 'upper' && !namesAddresses) values[instr.rd] = undefined
    }
    if (exit !== undefined && position === loop.blocks[exit.index]) atExit = values
    const travelled = distance.get(position)! + blocks[position]!.count
    for (const target of next[position]!) {
      if (target === header) {
        backEdges.push(values)
        longest = Math.max(longest, travelled)
      } else if (loop.blocks.includes(target)) {
        const known = atEntry.get(target)
        if (known === undefined) atEntry.set(target, values.slice())
        else meetValues(known, values)
        distance.set(target, Math.max(distance.get(target) ?? 0, travelled))
      }
    }
  }
  const strides = stridesOf(backEdges)
  const constant = strides.map(stride => (stride?.register === 0 ? stride : undefined))
  const withStrides = (
    own: readonly (Stride | undefined)[],
  ): Hoisted & Pick<FastLoop, 'trips' | 'narrow' | 'lossless' | 'registerStrides'> => {
    const assumptions: Assumptions = { registers: new Set(), narrow: [] }
    const count = exit === undefined || atExit === undefined ? undefined : tripsOf(exit, atExit, own, assumptions)
    const hoisted = hoist(sites, own, loop.blocks, assumptions)
    return {
      ...hoisted,
      trips: count === undefined ? undefined : { count, exit: exit!.index, hasTemporaries: hasTemporaries(instrs) },
      narrow: narrowChecks(assumptions, own),
      lossless: losslessCuts(cuts, assumptions, loop.blocks),
      registerStrides: [...assumptions.registers],
    }
  }
  // Strides in registers are for loops that are counted: nobody knows how far others would lead.
  const counted = withStrides(strides)
  const isCounted = counted.trips !== undefined && counted.all && instrs.every(({ row }) => row.kind !== 'call')
  const { hoisted, covered, trips, narrow, lossless, registerStrides } =
    isCounted || counted.registerStrides.length === 0 ? counted : withStrides(constant)
  const farthest = hoisted.reduce((most, { stride }) => Math.max(most, Math.abs(stride.constant)), 1)
  const iterations = Math.max(
    4,
    Math.min(MOST_ITERATIONS, Math.floor(CHUNK / longest), Math.floor(MOST_DISTANCE / farthest)),
  )
  return {
    header,
    blocks: loop.blocks,
    covered,
    hoisted,
    narrow,
    lossless,
    longest,
    iterations,
    trips,
    registerStrides,
    slots,
    kept: isCounted ? keptWords(worthKeeping(stack, instrs), sites, hoisted, covered, loop.blocks) : NOTHING_KEPT,
  }
}

/** Cuts of sums that are assumed to lie in 32 bits, like all that these are made of. */
const losslessCuts = (
  cuts: readonly Cut[],
  { narrow }: Assumptions,
  blocks: readonly number[],
): ReadonlySet<number>[] =>
  blocks.map(
    position =>
      new Set(
        cuts
          .filter(
            ({ block, sum }) =>
              block === position && isAmong(narrow, sum) && sum.narrow.every(own => isAmong(narrow, own)),
          )
          .map(({ index }) => index),
      ),
  )

const NOTHING_KEPT: KeptWords = { words: [], neighbours: [] }

/** `hoisted` covers all sites. */
function keptWords(
  words: readonly StackWord[],
  sites: readonly Site[],
  hoisted: readonly HoistedCheck[],
  covered: FastLoop['covered'],
  blocks: readonly number[],
): KeptWords {
  const neighbours: Neighbour[] = []
  if (words.length === 0) return NOTHING_KEPT
  for (const { block, index, instr, address, width } of sites) {
    const extent = extentOf(words, instr.row.kind === 'store')
    // The words themselves, and other parts of the stack by constant offsets: which they meet was looked at.
    if (extent === undefined || isStackAccess(instr)) continue
    const { terms, stride } = hoisted[covered[blocks.indexOf(block)]!.get(index)!.check]!
    const low = address!.constant
    const high = low + width
    const known = neighbours.findIndex(
      other => other.terms === terms && other.from === extent.from && other.to === extent.to,
    )
    if (known < 0) neighbours.push({ terms, stride, low, high, ...extent })
    else
      neighbours[known] = {
        ...neighbours[known]!,
        low: Math.min(neighbours[known]!.low, low),
        high: Math.max(neighbours[known]!.high, high),
      }
  }
  return { words, neighbours }
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

interface Hoisted extends Pick<FastLoop, 'hoisted' | 'covered'> {
  /** Does the test in front of the loop cover every access? */
  readonly all: boolean
}

/**
 * One check for all accesses whose addresses have the same terms. The base registers' own values are covered too, so
 * that no sum of base and offset wraps around.
 */
function hoist(
  sites: readonly Site[],
  strides: readonly (Stride | undefined)[],
  blocks: readonly number[],
  assumptions: Assumptions,
): Hoisted {
  const groups: { terms: Affine; stride: Stride; low: number; high: number; sites: Site[] }[] = []
  let all = true
  for (const site of sites) {
    const { address, base, width } = site
    const stride =
      address === undefined || address.terms.length === 0 || !isNear(address)
        ? undefined
        : strideOf(address, strides, assumptions)
    if (
      stride === undefined ||
      address === undefined ||
      base === undefined ||
      Math.abs(stride.constant) > MOST_STRIDE ||
      !isNear(base)
    ) {
      all = false
      continue
    }
    const low = Math.min(address.constant, base.constant)
    const high = Math.max(address.constant, base.constant) + width
    const group = groups.find(({ terms }) => sameTerms(terms, address))
    if (group === undefined) groups.push({ terms: address, stride, low, high, sites: [site] })
    else {
      group.low = Math.min(group.low, low)
      group.high = Math.max(group.high, high)
      group.sites.push(site)
    }
  }
  const covered = new Map<number, Map<number, Place>>()
  const checks = groups.map(({ terms: { terms }, stride, low, high, sites: own }, check): HoistedCheck => {
    // As far as any check reaches, so that what the slow copy proves for the code behind the loop holds behind the fast
    // one too.
    const range = reached(terms[0]!.register, low, high)
    for (const { block, index, address } of own) {
      const places = covered.get(block) ?? new Map<number, Place>()
      covered.set(block, places.set(index, { check, offset: address!.constant - range.low }))
    }
    return { terms, stride, ...range }
  })
  return { hoisted: checks, covered: blocks.map(position => covered.get(position) ?? new Map<number, Place>()), all }
}

/** Adds what the test in front of the loop proves at the header of every iteration. */
export function learnHoisted(facts: Facts, { hoisted }: FastLoop): void {
  for (const { terms, low, high } of hoisted) {
    if (terms.length === 1 && terms[0]!.coefficient === 1 && terms[0]!.register < SLOTS)
      learn(facts, { register: terms[0]!.register, low, high })
  }
}

/**
 * Is the fast copy worth it? Where it saves no check, what is left is that iterations are counted in a register instead
 * of being compared with a word in memory: that pays in the tightest loops, and not in those that are left after a turn
 * or two.
 */
export const pays = ({ hoisted, trips, blocks, longest }: FastLoop): boolean =>
  trips !== undefined || (longest <= LONGEST_UNCOUNTED && (hoisted.length > 0 || blocks.length === 1))

/** A fourth of the default interval between a mode's own tests. */
const LONGEST_AT_ONCE = 250

/**
 * Where a mode's own test stands in every block, a loop gains nothing but by counted iterations, and nothing if few of
 * them pass in a row.
 */
export const paysAtOnce = ({ trips, longest }: FastLoop): boolean => trips !== undefined && longest <= LONGEST_AT_ONCE
