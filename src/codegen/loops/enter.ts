/** The C around a loop's fast copy: the test in front of it, and its back edge. */
import type { Emission, Mode } from '../../modes/mode.ts'
import type { BlockPlan } from '../../analysis/plan.ts'
import { obstacles, stackObstacles, unlessAny, unlessMeeting } from './conditions.ts'
import { countText } from './expressions.ts'
import type { LoopText } from './loop-text.ts'

/** Iterations that a counted loop makes at most between two tests. */
const MOST_TRIPS = 4095
/** Instructions that it executes at most until the next: about a millisecond. */
const MOST_INSTRUCTIONS = 2 ** 21

/** From the end of an iteration to the next, or to the header's test, where the next chunk begins. */
export function backEdge({ plan: { counted }, header, counter }: LoopText): string {
  const again = `goto b_${header};`
  return counted !== undefined ? again : `if (--${counter} != 0) goto f_${header}; ${again}`
}

/** The header's label. The test of the stack comes first, because all others may read it. */
const headerOfChunks = (loop: LoopText): string[] => [
  `b_${loop.header}:;`,
  ...stackObstacles(loop).map(conditions => unlessAny(conditions, loop)),
]

/** What an iteration accounts for on a counter, from one of its blocks on. */
export const amountOf = (blocks: readonly BlockPlan[], counter: number, from = 0): number =>
  blocks.slice(from).reduce((sum, { amounts }) => sum + amounts[counter]!, 0)

/** A counter's statement for `times` iterations; counter 0 counts down. */
export const charge = (name: string, index: number, times: string, amount: number): string =>
  `${name} ${index === 0 ? '-=' : '+='} (int64_t)${times} * ${amount}`

interface Counted {
  readonly mode: Pick<Mode, 'counters'>
  readonly emission: Pick<Emission, 'leavesBlock'>
}

/** Conditions under which the mode wants to hand back in one of the loop's blocks. */
const leavesOf = ({ plan: { blocks } }: LoopText, { leavesBlock }: Pick<Emission, 'leavesBlock'>): string[] =>
  leavesBlock === undefined
    ? []
    : blocks.flatMap(({ instrs: [first] }) => (first === undefined ? [] : [leavesBlock(first)]))

/**
 * In front of the loop: goes on with a chunk of the fast copy, or to the slow one where budget or memory could end
 * within it.
 */
export function enterFastLoop(loop: LoopText, { mode: { counters }, emission }: Counted): string[] {
  const { plan, counter, nameOf } = loop
  const { longest, iterations } = plan.loop
  const { counted, blocks } = plan
  const left = counters[0].name
  const start = headerOfChunks(loop)
  if (counted === undefined) {
    const budget = `${left} - ${longest * iterations} < floor_of(m)`
    const conditions = [budget, ...leavesOf(loop, emission), ...obstacles(loop, iterations)]
    return [...start, unlessAny(conditions, loop), `  ${counter} = ${iterations};`]
  }
  const most = Math.min(MOST_TRIPS, Math.floor(MOST_INSTRUCTIONS / longest))
  const budget = `${left} - (int64_t)${counter} * ${longest} < floor_of(m)`
  const paid = counters.flatMap(({ name }, index) => {
    const all = amountOf(blocks, index)
    // What stands behind the exit pays for itself in the last iteration, which may not come there.
    const unpaid = amountOf(blocks, index, counted.exit + 1)
    return all === 0 ? [] : [`  ${charge(name, index, counter, all)}${unpaid === 0 ? '' : ` - ${unpaid}`};`]
  })
  return [
    ...start,
    `  ${counter} = ${countText(counted.count, nameOf)};`,
    `  ${counter} = (${counter} < ${most} ? ${counter} : ${most}) + 1;`,
    ...unlessMeeting(loop, 1),
    unlessAny([budget, ...leavesOf(loop, emission), ...obstacles(loop, counter)], loop),
    ...paid,
  ]
}

/**
 * In front of a loop that goes on behind its chunk: how many iterations it makes in a row at least, and no more than
 * `most`, a C expression.
 */
export function countIterations(loop: LoopText, most: string): string[] {
  const { plan, counter, nameOf } = loop
  const count = countText(plan.counted!.count, nameOf)
  const conditions = obstacles(loop, `(${counter} + 1)`)
  return [
    ...headerOfChunks(loop),
    `  { reg most = ${most}; ${counter} = ${count}; if (${counter} > most) ${counter} = most; }`,
    ...unlessMeeting(loop, 0),
    ...(conditions.length === 0 ? [] : [unlessAny(conditions, loop)]),
  ]
}
