/** The C conditions under which a chunk of a loop's iterations cannot run without tests. */
import type { Neighbour } from '../../analysis/loops/fast-loop.ts'
import { isStill, MOST_REGISTER_STRIDE, type HoistedCheck } from '../../analysis/loops/strides.ts'
import type { MemoryWindow } from '../../elf/image.ts'
import { registerNames, STACK_POINTER } from '../../isa/registers.ts'
import { affineText, strideText, type NameOf } from './expressions.ts'
import type { LoopText } from './loop-text.ts'

/** How many iterations a condition is about: a constant, or a C expression. */
type Iterations = number | string

/** Does a value of the check leave memory within the iterations? Unsigned, so that every high bit counts. */
function leaves(check: HoistedCheck, iterations: Iterations, memory: MemoryWindow, nameOf: NameOf): string {
  const { terms, low, high, stride } = check
  const isDown = stride.constant < 0
  const isFixed = typeof iterations === 'number'
  const way = isFixed ? Math.abs(stride.constant) * iterations : 0
  const varying = isFixed || isStill(stride) ? '' : ` - ${strideText(stride, nameOf, iterations)}`
  const lowest = affineText({ terms, constant: (isDown ? low - way : low) - memory.base }, nameOf)
  const first = isDown && varying !== '' ? `(reg)(${lowest}${varying})` : lowest
  return `${first} > ${memory.bytes - (high - low) - way}${varying}`
}

/** A stack pointer that the loop moves is an address like any other. */
const isStack = ({ terms, stride }: HoistedCheck): boolean =>
  terms.length === 1 && terms[0]!.register === STACK_POINTER && isStill(stride)

/** The stack's own legality, which all other conditions may read words of. */
export const stackObstacles = ({ plan: { tests }, nameOf, direct }: LoopText): string[][] =>
  tests.filter(isStack).map(check => [leaves(check, 1, direct, nameOf)])

/** All values of 32 bits. */
const WORDS: MemoryWindow = { base: 0, bytes: 2 ** 32 }

/** That of narrow sums, moved up by half the range so that one unsigned comparison covers both signs. */
const raised = (check: HoistedCheck): HoistedCheck => ({
  ...check,
  low: check.low + 2 ** 31,
  high: check.high + 2 ** 31,
})

/** All other conditions under which so many iterations cannot run. */
export const obstacles = (
  { plan: { tests, loop }, nameOf, aligned, direct }: LoopText,
  iterations: Iterations,
): string[] => [
  ...(aligned?.tests ?? []).map(test => `(${affineText(test, nameOf)} & ${test.width - 1}) != 0`),
  ...loop.registerStrides.map(register => `${nameOf(register)} > ${MOST_REGISTER_STRIDE}`),
  ...loop.narrow.map(check => leaves(raised(check), iterations, WORDS, nameOf)),
  ...tests.filter(check => !isStack(check)).map(check => leaves(check, iterations, direct, nameOf)),
]

/**
 * Does it meet the words of the stack that are kept in variables, within the iterations? In unsigned arithmetic one
 * comparison says it.
 */
function meets({ terms, low, high, stride, from, to }: Neighbour, iterations: string, nameOf: NameOf): string {
  const way = isStill(stride) ? '' : ` + ${strideText(stride, nameOf, iterations)}`
  const isDown = stride.constant < 0
  const last = affineText({ terms, constant: high - 1 - from }, nameOf)
  const distance = `${last} - ${registerNames[STACK_POINTER]!}${isDown ? '' : way}`
  return `(reg)(${distance}) < ${high - low + to - from - 1}${way}`
}

/** Where something meets the words that are kept in variables, only `instead` iterations. */
export function unlessMeeting({ plan: { loop }, counter, nameOf }: LoopText, instead: number): string[] {
  const { neighbours } = loop.kept
  if (neighbours.length === 0) return []
  const any = neighbours.map(neighbour => meets(neighbour, counter, nameOf)).join(' || ')
  return [`  if (__builtin_expect(${any}, 0)) ${counter} = ${instead};`]
}

/** To the slow copy where one of the conditions holds. */
export const unlessAny = (conditions: readonly string[], { header }: LoopText): string =>
  `  if (__builtin_expect(${conditions.join(' || ')}, 0)) goto s_${header};`
