/** What stands in front of a counted loop where a mode's own test stands in every block: iterations in which no test has anything to do, at once. */
import type { AccessSeries, LoopEmission } from '../../modes/mode.ts'
import { STACK_POINTER } from '../../isa/registers.ts'
import type { LoopPlan } from '../region-plan.ts'
import type { RegionWriter } from '../region-writer.ts'
import { affineText } from '../../analysis/loops/affine.ts'
import { strideText } from '../../analysis/loops/strides.ts'
import { iterations } from './iterations.ts'
import { countIterations, loopCounter } from './write.ts'

/**
 * What all iterations access, by the sums that the addresses are made of, and the instructions that do so, by block.
 * Addresses that may move keep their own texts.
 */
function seriesOf(
  writer: RegionWriter,
  { loop: { hoisted, covered, nameOf }, blocks }: LoopPlan,
): { all: AccessSeries[]; counted: ReadonlySet<number>[] } {
  const all = hoisted.map(({ terms, stride }) => ({
    base: affineText({ terms, constant: 0 }, nameOf),
    isStackPointer: terms.length === 1 && terms[0]!.register === STACK_POINTER && terms[0]!.coefficient === 1,
    stride: stride.register === 0 ? stride.constant : strideText(stride, nameOf),
    accesses: [] as { offset: number; width: number }[],
  }))
  const counted = blocks.map((block, number) => {
    const moving = writer.moving.inBlock(block)
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
export function writeAtOnce(writer: RegionWriter, plan: LoopPlan, emission: LoopEmission): void {
  const { blocks } = plan
  const {
    lines,
    context: { mode },
    addresses,
  } = writer
  const counter = loopCounter(plan, addresses)
  const instrs = blocks.flatMap(block => block.instrs)
  const amount = (index: number): number => blocks.reduce((sum, { amounts }) => sum + amounts[index]!, 0)
  const { all, counted } = seriesOf(writer, plan)
  for (const line of [...countIterations(plan, addresses, emission.reach(amount(0))), `  if (${counter} != 0) {`])
    lines.push(line)
  for (const [index, { name }] of mode.counters.entries())
    if (amount(index) !== 0)
      lines.push(`  ${name} ${index === 0 ? '-=' : '+='} (int64_t)${counter} * ${amount(index)};`)
  for (const line of emission.entered(instrs, counter)) lines.push(`  ${line}`)
  for (const series of all) for (const line of emission.touched(series, counter)) lines.push(`  ${line}`)
  for (const line of [...iterations(writer, plan, 'do', counted), '  }']) lines.push(line)
}
