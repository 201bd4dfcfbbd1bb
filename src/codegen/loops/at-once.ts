/** In front of a counted loop where a mode tests in every block: iterations that no test interrupts, at once. */
import type { HoistedCheck } from '../../analysis/loops/strides.ts'
import { STACK_POINTER } from '../../isa/registers.ts'
import type { AccessSeries, LoopEmission } from '../../modes/mode.ts'
import type { RegionText } from '../region-text.ts'
import { amountOf, charge, countIterations } from './enter.ts'
import { affineText, strideText, type NameOf } from './expressions.ts'
import { iterations } from './iterations.ts'
import type { LoopText } from './loop-text.ts'

interface OpenSeries extends AccessSeries {
  readonly accesses: { offset: number; width: number }[]
}

function newSeries({ terms, stride }: HoistedCheck, nameOf: NameOf): OpenSeries {
  const [first] = terms
  return {
    base: affineText({ terms, constant: 0 }, nameOf),
    isStackPointer: terms.length === 1 && first!.register === STACK_POINTER && first!.coefficient === 1,
    stride: stride.register === 0 ? stride.constant : strideText(stride, nameOf),
    accesses: [],
  }
}

/**
 * What all iterations access, by the sums that the addresses are made of, and the instructions that do so, by block.
 * Addresses that may move keep their own texts.
 */
function seriesOf(
  text: RegionText,
  { plan, nameOf }: LoopText,
): { all: AccessSeries[]; counted: ReadonlySet<number>[] } {
  const { hoisted, covered } = plan.loop
  const all = hoisted.map(check => newSeries(check, nameOf))
  const counted = plan.blocks.map((block, number) => {
    const moving = text.moving(block)
    const own = new Set<number>()
    for (const [index, { check, offset }] of covered[number]!) {
      const { row } = block.instrs[index]!
      if (moving.has(index) || (row.kind !== 'load' && row.kind !== 'store')) continue
      all[check]!.accesses.push({ offset: hoisted[check]!.low + offset, width: row.width })
      own.add(index)
    }
    return own
  })
  return { all: all.filter(({ accesses }) => accesses.length > 0), counted }
}

/** The loop itself follows: it makes what iterations are left, and is where control goes on when there are none. */
export function writeAtOnce(text: RegionText, loop: LoopText, emission: LoopEmission): void {
  const { lines, context } = text
  const { counter } = loop
  const { blocks } = loop.plan
  const instrs = blocks.flatMap(block => block.instrs)
  const { all, counted } = seriesOf(text, loop)
  const reach = emission.reach(amountOf(blocks, 0))
  for (const line of [...countIterations(loop, reach), `  if (${counter} != 0) {`]) lines.push(line)
  for (const [index, { name }] of context.mode.counters.entries()) {
    const amount = amountOf(blocks, index)
    if (amount !== 0) lines.push(`  ${charge(name, index, counter, amount)};`)
  }
  for (const line of emission.entered(instrs, counter)) lines.push(`  ${line}`)
  for (const series of all) for (const line of emission.touched(series, counter)) lines.push(`  ${line}`)
  for (const line of [...iterations(text, loop, 'do', counted), '  }']) lines.push(line)
}
