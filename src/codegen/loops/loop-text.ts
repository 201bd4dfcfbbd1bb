/** The names that the text of a loop's fast copy uses. */
import type { Image, MemoryWindow } from '../../elf/image.ts'
import type { Addresses } from '../addresses.ts'
import { alignedLoop, type AlignedLoop } from '../../analysis/loops/aligned.ts'
import type { LoopPlan } from '../../analysis/plan.ts'
import { namesWith, type NameOf } from './expressions.ts'

export interface LoopText {
  readonly plan: LoopPlan
  /** The end of the header's labels. */
  readonly header: string
  /** The variable that counts down the iterations of a chunk. */
  readonly counter: string
  /** What registers, and words of the stack that stand for such, hold in front of the loop. */
  readonly nameOf: NameOf
  /** What native code may access. */
  readonly direct: MemoryWindow
  /** In modes that look at every access: which of them the test in front of the loop finds to be aligned. */
  readonly aligned: AlignedLoop | undefined
}

/** `looks`: does the mode look at every access? */
export function loopText(
  plan: LoopPlan,
  addresses: Addresses,
  { xlen, direct }: Pick<Image, 'xlen' | 'direct'>,
  looks: boolean,
): LoopText {
  const header = addresses.label(plan.blocks[0]!.block.pc)
  const bodies = plan.blocks.map(({ instrs }) => instrs)
  const aligned = looks ? alignedLoop(plan.loop, bodies) : undefined
  return { plan, header, counter: `n_${header}`, nameOf: namesWith(plan.loop.slots, xlen), direct, aligned }
}
