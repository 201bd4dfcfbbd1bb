/** The one load or store of a counted loop, told at once in front of its iterations. */
import type { SeriesAccess } from '../../modes/mode.ts'
import type { RegionText } from '../region-text.ts'
import { affineText, strideText } from './expressions.ts'
import type { LoopText } from './loop-text.ts'

export interface LoneAccess {
  readonly block: number
  readonly index: number
  readonly series: Omit<SeriesAccess, 'times'>
}

/**
 * Undefined where there are others, whose order would matter, or where its address is none that moves evenly from
 * multiple to multiple of its width.
 */
export function loneAccess(text: RegionText, { plan, nameOf, aligned }: LoopText): LoneAccess | undefined {
  const { blocks } = plan
  const all = blocks.flatMap(({ instrs }, block) =>
    instrs.flatMap((instr, index) =>
      instr.row.kind === 'load' || instr.row.kind === 'store' ? [{ block, index }] : [],
    ),
  )
  const [only] = all
  if (only === undefined || all.length > 1) return undefined
  const { block, index } = only
  const instr = blocks[block]!.instrs[index]!
  const place = plan.loop.covered[block]!.get(index)
  if (place === undefined || text.moving(blocks[block]!).has(index)) return undefined
  const { row } = instr
  const isAligned = 'width' in row && (row.width === 1 || aligned?.proven[block]!.has(index) === true)
  if (!isAligned) return undefined
  const { terms, low, stride } = plan.loop.hoisted[place.check]!
  const address = `(uint64_t)${affineText({ terms, constant: low + place.offset }, nameOf)}`
  const step = stride.register === 0 ? stride.constant : `(uint64_t)${strideText(stride, nameOf)}`
  return { block, index, series: { instr, address, stride: step } }
}
