/** The C around a loop's fast copy: the test in front of it, and its back edge. */
import { MEMORY_BYTES } from '../../elf/image.ts'
import { registerNames, STACK_POINTER } from '../../isa/registers.ts'
import type { Addresses } from '../addresses.ts'
import type { EmitterContext } from '../emitter.ts'
import type { LoopPlan } from '../region-plan.ts'
import { affineText, type NameOf } from '../../analysis/loops/affine.ts'
import { isStill, MOST_REGISTER_STRIDE, strideText, type HoistedCheck } from '../../analysis/loops/strides.ts'
import type { Neighbour } from '../../analysis/loops/words.ts'

/** Iterations that a counted loop makes at most between two tests. */
const MOST_TRIPS = 4095
/** Instructions that it executes at most until the next: about a millisecond. */
const MOST_INSTRUCTIONS = 2 ** 21

const headerOf = ({ blocks }: LoopPlan, addresses: Addresses): string => addresses.label(blocks[0]!.block.pc)

/** The variable that counts down the iterations of a chunk. */
export const loopCounter = (plan: LoopPlan, addresses: Addresses): string => `n_${headerOf(plan, addresses)}`

/** From the end of an iteration to the next, or to the header's test, where the next chunk begins. */
export function backEdge(plan: LoopPlan, addresses: Addresses): string {
  const header = headerOf(plan, addresses)
  const again = `goto b_${header};`
  return plan.counted !== undefined ? again : `if (--${loopCounter(plan, addresses)} != 0) goto f_${header}; ${again}`
}

/**
 * Does a value of the check leave `0 … size` within `iterations`, a constant or a variable? Unsigned, so that every
 * high bit counts.
 */
function leaves(
  { terms, low, high, stride }: HoistedCheck,
  iterations: number | string,
  size: number,
  nameOf: NameOf,
): string {
  const isDown = stride.constant < 0
  const isFixed = typeof iterations === 'number'
  const way = isFixed ? Math.abs(stride.constant) * iterations : 0
  const varying = isFixed || isStill(stride) ? '' : ` - ${strideText(stride, nameOf, iterations)}`
  const lowest = affineText({ terms, constant: isDown ? low - way : low }, nameOf)
  return `${isDown && varying !== '' ? `(reg)(${lowest}${varying})` : lowest} > ${size - (high - low) - way}${varying}`
}

/** A stack pointer that the loop moves is an address like any other. */
const isStack = ({ terms, stride }: HoistedCheck): boolean =>
  terms.length === 1 && terms[0]!.register === STACK_POINTER && isStill(stride)

/** The conditions under which a chunk cannot run. */
const obstacles = (
  { tests, loop: { narrow, registerStrides, nameOf } }: LoopPlan,
  iterations: number | string,
): string[] => [
  ...registerStrides.map(register => `${nameOf(register)} > ${MOST_REGISTER_STRIDE}`),
  ...narrow.map(check =>
    leaves({ ...check, low: check.low + 2 ** 31, high: check.high + 2 ** 31 }, iterations, 2 ** 32, nameOf),
  ),
  ...tests.filter(check => !isStack(check)).map(check => leaves(check, iterations, MEMORY_BYTES, nameOf)),
]

/**
 * Does it meet the words of the stack that are kept in variables, within `iterations`? In unsigned arithmetic one
 * comparison says it.
 */
function meets({ terms, low, high, stride, from, to }: Neighbour, iterations: string, nameOf: NameOf): string {
  const way = isStill(stride) ? '' : ` + ${strideText(stride, nameOf, iterations)}`
  const isDown = stride.constant < 0
  return `(reg)(${affineText({ terms, constant: high - 1 - from }, nameOf)} - ${registerNames[STACK_POINTER]!}${isDown ? '' : way}) < ${high - low + to - from - 1}${way}`
}

/** Where something meets the words that are kept in variables, only so many iterations. */
const unlessMeeting = (
  {
    loop: {
      kept: { neighbours },
      nameOf,
    },
  }: LoopPlan,
  counter: string,
  instead: number,
): string[] =>
  neighbours.length === 0
    ? []
    : [
        `  if (__builtin_expect(${neighbours.map(neighbour => meets(neighbour, counter, nameOf)).join(' || ')}, 0)) ${counter} = ${instead};`,
      ]

/** To the slow copy where one of the conditions holds. */
const unlessAny = (conditions: readonly string[], header: string): string =>
  `  if (__builtin_expect(${conditions.join(' || ')}, 0)) goto s_${header};`

/** The header's label. The test of the stack comes first, because all others may read it. */
const headerOfChunks = ({ tests, loop: { nameOf } }: LoopPlan, header: string): string[] => [
  `b_${header}:;`,
  ...tests.filter(isStack).map(check => unlessAny([leaves(check, 1, MEMORY_BYTES, nameOf)], header)),
]

/**
 * In front of the loop: goes on with a chunk of the fast copy, or to the slow one where budget or memory could end
 * within it.
 */
export function enterFastLoop(plan: LoopPlan, { mode }: EmitterContext, addresses: Addresses): string[] {
  const {
    loop: { longest, iterations },
    counted,
    blocks,
  } = plan
  const header = headerOf(plan, addresses)
  const counter = loopCounter(plan, addresses)
  const left = mode.counters[0].name
  const unlikely = (conditions: readonly string[]): string => unlessAny(conditions, header)
  const start = headerOfChunks(plan, header)
  if (counted === undefined) {
    return [
      ...start,
      unlikely([`${left} - ${longest * iterations} < floor_of(m)`, ...obstacles(plan, iterations)]),
      `  ${counter} = ${iterations};`,
    ]
  }
  // What stands behind the exit pays for itself in the last iteration, which may not come there.
  const amount = (from: number, index: number): number =>
    blocks.slice(from).reduce((sum, { amounts }) => sum + amounts[index]!, 0)
  const most = Math.min(MOST_TRIPS, Math.floor(MOST_INSTRUCTIONS / longest))
  return [
    ...start,
    `  ${counter} = ${counted.text};`,
    `  ${counter} = (${counter} < ${most} ? ${counter} : ${most}) + 1;`,
    ...unlessMeeting(plan, counter, 1),
    unlikely([`${left} - (int64_t)${counter} * ${longest} < floor_of(m)`, ...obstacles(plan, counter)]),
    ...mode.counters.flatMap(({ name }, index) => {
      const all = amount(0, index)
      const unpaid = amount(counted.exit + 1, index)
      return all === 0
        ? []
        : [`  ${name} ${index === 0 ? '-=' : '+='} (int64_t)${counter} * ${all}${unpaid === 0 ? '' : ` - ${unpaid}`};`]
    }),
  ]
}

/**
 * In front of a loop that goes on behind its chunk: how many iterations it makes in a row at least, and no more than
 * `most`, a C expression.
 */
export function countIterations(plan: LoopPlan, addresses: Addresses, most: string): string[] {
  const header = headerOf(plan, addresses)
  const counter = loopCounter(plan, addresses)
  const conditions = obstacles(plan, `(${counter} + 1)`)
  return [
    ...headerOfChunks(plan, header),
    `  { reg most = ${most}; ${counter} = ${plan.counted!.text}; if (${counter} > most) ${counter} = most; }`,
    ...unlessMeeting(plan, counter, 0),
    ...(conditions.length === 0 ? [] : [unlessAny(conditions, header)]),
  ]
}

const offsetText = (offset: number): string => (offset === 0 ? '' : offset > 0 ? ` + ${offset}` : ` - ${-offset}`)

/** Pointers that go through memory beside the registers of a counted loop. */
export interface ChunkPointers {
  readonly declarations: readonly string[]
  /** What each iteration ends with. */
  readonly steps: readonly string[]
  /** Per block, what an instruction (by index) accesses, as a C expression. */
  readonly places: readonly ReadonlyMap<number, string>[]
}

/**
 * 32-bit registers wrap around, so C compilers cannot know that addresses in them rise evenly, and do not vectorise the
 * loop. The test in front of a chunk says that these do not wrap.
 */
export function chunkPointers({ loop: { hoisted, covered, nameOf } }: LoopPlan): ChunkPointers {
  const moves = (check: number): boolean => !isStill(hoisted[check]!.stride)
  const used = [...new Set(covered.flatMap(places => [...places.values()].map(({ check }) => check)))]
    .filter(moves)
    .toSorted((a, b) => a - b)
  return {
    declarations: used.map(
      check =>
        `  char *way${check} = m + (uint64_t)${affineText({ terms: hoisted[check]!.terms, constant: hoisted[check]!.low }, nameOf)};`,
    ),
    steps: used.map(
      check =>
        `  way${check} ${hoisted[check]!.stride.constant < 0 ? '-' : '+'}= ${strideText(hoisted[check]!.stride, nameOf)};`,
    ),
    places: covered.map(
      places =>
        new Map(
          [...places]
            .filter(([, { check }]) => moves(check))
            .map(([index, { check, offset }]) => [index, `way${check}${offsetText(offset)}`]),
        ),
    ),
  }
}
