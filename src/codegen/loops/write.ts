/** The C around a loop's fast copy: the test in front of it, and its back edge. */
import { MEMORY_BYTES } from '../../elf/image.ts'
import { registerNames } from '../../isa/registers.ts'
import type { Addresses } from '../addresses.ts'
import type { EmitterContext } from '../emitter.ts'
import type { LoopPlan } from '../region-plan.ts'
import type { HoistedCheck } from './plan.ts'

/** Iterations that a counted loop makes at most between two tests. */
const MOST_TRIPS = 4095

const headerOf = ({ blocks }: LoopPlan, addresses: Addresses): string => addresses.label(blocks[0]!.block.pc)

/** The variable that counts down the iterations of a chunk. */
export const loopCounter = (plan: LoopPlan, addresses: Addresses): string => `n_${headerOf(plan, addresses)}`

/** From the end of an iteration to the next, or to the header's test, where the next chunk begins. */
export function backEdge(plan: LoopPlan, addresses: Addresses): string {
  const header = headerOf(plan, addresses), again = `goto b_${header};`
  return plan.counted ? again : `if (--${loopCounter(plan, addresses)} != 0) goto f_${header}; ${again}`
}

/** Does an address of the check leave memory within `iterations`, a constant or a variable? Unsigned, so that every high bit counts. */
function leaves({ terms, low, high, stride }: HoistedCheck, iterations: number | string): string {
  const value = terms.map(({ register, coefficient }) => (coefficient === 1 ? registerNames[register]! : `${registerNames[register]!} * ${coefficient}`)).join(' + ')
  const step = Math.abs(stride)
  const [fixed, varying] = typeof iterations === 'number' ? [step * iterations, ''] : [0, step === 0 ? '' : ` - ${iterations}${step === 1 ? '' : ` * ${step}`}`]
  const from = stride < 0 ? low - fixed : low
  return `(reg)(${value}${from === 0 ? '' : from > 0 ? ` + ${from}` : ` - ${-from}`}${stride < 0 ? varying : ''}) > ${MEMORY_BYTES - (high - low) - fixed}${varying}`
}

/** In front of the loop: goes on with a chunk of the fast copy, or to the slow one where budget or memory could end within it. */
export function enterFastLoop(plan: LoopPlan, { mode }: EmitterContext, addresses: Addresses): string[] {
  const { loop: { longest, iterations, trips }, tests, counted, blocks } = plan
  const header = headerOf(plan, addresses), counter = loopCounter(plan, addresses), left = mode.counters[0].name
  const unlikely = (conditions: readonly string[]): string => `  if (__builtin_expect(${conditions.join(' || ')}, 0)) goto s_${header};`
  if (!counted || trips === undefined) {
    return [
      `b_${header}:;`,
      unlikely([`${left} - ${longest * iterations} < floor_of(m)`, ...tests.map(check => leaves(check, iterations))]),
      `  ${counter} = ${iterations};`,
    ]
  }
  return [
    `b_${header}:;`,
    `  ${counter} = ${trips};`,
    `  ${counter} = (${counter} < ${MOST_TRIPS} ? ${counter} : ${MOST_TRIPS}) + 1;`,
    unlikely([`${left} - (int64_t)${counter} * ${longest} < floor_of(m)`, ...tests.map(check => leaves(check, counter))]),
    ...mode.counters.flatMap(({ name }, index) => (blocks[0]!.amounts[index] === 0 ? [] : [`  ${name} ${index === 0 ? '-=' : '+='} (int64_t)${counter} * ${blocks[0]!.amounts[index]};`])),
  ]
}
