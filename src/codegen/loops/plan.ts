/** Plans the fast copy of an innermost loop: what one test in front of it proves for many iterations. */
import type { Block } from '../../ir/program.ts'
import type { Instr } from '../../isa/row.ts'
import { learn, reached, type Facts } from '../facts.ts'
import { entryValues, meetValues, plus, sameTerms, step, type Affine, type Values } from './affine.ts'
import type { InnermostLoop } from './find.ts'
import { tripsOf } from './trips.ts'

/** Addresses `value of terms + low … + high` at the header, which move by `stride` in each iteration. */
export interface HoistedCheck {
  readonly terms: Affine['terms']
  readonly low: number
  readonly high: number
  readonly stride: number
}

export interface FastLoop {
  /** Position of the header in the region. */
  readonly header: number
  /** Positions of all blocks, the header first. */
  readonly blocks: readonly number[]
  /** Per block, the instructions (by index) whose accesses the test in front of the loop covers. */
  readonly covered: readonly ReadonlySet<number>[]
  /** What one test proves for all iterations of a chunk. */
  readonly hoisted: readonly HoistedCheck[]
  /** Instructions of the longest way round. */
  readonly longest: number
  /** Iterations of a chunk; at most so many where `trips` says how many there are. */
  readonly iterations: number
  /** C expression: how often in a row the branch back is taken, where that is known in front of the loop. */
  readonly trips: string | undefined
}

/** Instructions of a chunk: long enough for the test to cost nothing, short against a millisecond, so that a stop is not kept waiting. */
const CHUNK = 16_384, MOST_ITERATIONS = 1024
/** An address moves by at most so many bytes within a chunk: tests must not fail because of what lies near the end of memory, such as the stack. */
const MOST_DISTANCE = 4096
/** Strides beyond this would let a chunk leave memory where the loop does not. */
const MOST_STRIDE = 1024, MOST_OFFSET = 2 ** 28

interface Site { readonly block: number; readonly index: number; readonly address: Affine; readonly base: Affine; readonly width: number }

/** `next` as for `innermostLoops`. `namesAddresses`: the text may contain what lui and auipc yield. */
export function planFastLoop(loop: InnermostLoop, blocks: readonly Block[], bodies: readonly (readonly Instr[])[], next: readonly (readonly number[])[], namesAddresses: boolean): FastLoop {
  const header = loop.blocks[0]!
  const atEntry = new Map<number, Values>([[header, entryValues()]])
  const distance = new Map<number, number>([[header, 0]])
  const sites: Site[] = []
  const backEdges: Values[] = []
  let longest = 0
  for (const position of loop.blocks) {
    const values = atEntry.get(position)!.slice()
    const body = bodies[position]!
    for (let index = 0; index < body.length; index++) {
      const instr = body[index]!
      if (instr.row.kind === 'load' || instr.row.kind === 'store') {
        const base = values[instr.rs1], address = plus(base, instr.imm)
        if (base !== undefined && address !== undefined) sites.push({ block: position, index, address, base, width: instr.row.width })
      }
      step(values, instr)
      if (instr.row.kind === 'upper' && !namesAddresses) values[instr.rd] = undefined
    }
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
  const { checks: hoisted, covered } = hoist(sites, strides)
  const last = loop.blocks.length === 1 ? bodies[header]!.at(-1)! : undefined
  const trips = last === undefined || blocks[header]!.end.kind !== 'branch' ? undefined : tripsOf(last, backEdges[0]!, strides)
  const farthest = Math.max(1, ...hoisted.map(({ stride }) => Math.abs(stride)))
  const iterations = Math.max(4, Math.min(MOST_ITERATIONS, Math.floor(CHUNK / longest), Math.floor(MOST_DISTANCE / farthest)))
  return { header, blocks: loop.blocks, covered: loop.blocks.map(position => new Set(covered.filter(({ block }) => block === position).map(({ index }) => index))), hoisted, longest, iterations, trips }
}

/** By how much each register changes in every iteration; undefined where that differs. */
function stridesOf(backEdges: readonly Values[]): (number | undefined)[] {
  const strides: (number | undefined)[] = [0]
  for (let register = 1; register < 32; register++) strides.push(strideOf(register, backEdges))
  return strides
}

function strideOf(register: number, backEdges: readonly Values[]): number | undefined {
  let stride: number | undefined
  for (let index = 0; index < backEdges.length; index++) {
    const value = backEdges[index]![register]
    if (value?.terms.length !== 1 || value.terms[0]!.register !== register || value.terms[0]!.coefficient !== 1) return undefined
    if (index > 0 && stride !== value.constant) return undefined
    stride = value.constant
  }
  return stride
}

/** One check for all accesses whose addresses have the same terms. The base registers' own values are covered too, so that no sum of base and offset wraps around. */
function hoist(sites: readonly Site[], strides: readonly (number | undefined)[]): { checks: HoistedCheck[]; covered: Site[] } {
  const groups: { terms: Affine; stride: number; low: number; high: number; sites: Site[] }[] = []
  for (const site of sites) {
    const { address, base, width } = site
    let stride = 0, known = address.terms.length > 0
    for (const { register, coefficient } of address.terms) {
      const own = strides[register]
      if (own === undefined) known = false
      else stride += own * coefficient
    }
    if (!known || Math.abs(stride) > MOST_STRIDE) continue
    const low = Math.min(address.constant, base.constant), high = Math.max(address.constant, base.constant) + width
    if (low < -MOST_OFFSET || high > MOST_OFFSET) continue
    const group = groups.find(({ terms }) => sameTerms(terms, address))
    if (group === undefined) groups.push({ terms: address, stride, low, high, sites: [site] })
    else {
      group.low = Math.min(group.low, low)
      group.high = Math.max(group.high, high)
      group.sites.push(site)
    }
  }
  return {
    // As far as any check reaches, so that what the slow copy proves for the code behind the loop holds behind the fast one too.
    checks: groups.map(({ terms: { terms }, stride, low, high }) => ({ terms, stride, ...reached(terms[0]!.register, low, high) })),
    covered: groups.flatMap(group => group.sites),
  }
}

/** Adds what the test in front of the loop proves at the header of every iteration. */
export function learnHoisted(facts: Facts, { hoisted }: FastLoop): void {
  for (const { terms, low, high } of hoisted) {
    if (terms.length === 1 && terms[0]!.coefficient === 1) learn(facts, { register: terms[0]!.register, low, high })
  }
}

/**
 * Is the fast copy worth it? Where it saves no check, what is left is that iterations are counted in a register instead of being compared with a word in memory:
 * that pays in the tightest loops, and not in those that are left after a turn or two.
 */
export const pays = ({ hoisted, trips, blocks }: FastLoop): boolean => hoisted.length > 0 || trips !== undefined || blocks.length === 1
