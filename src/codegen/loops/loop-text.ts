/** The names that the text of a loop's fast copy uses. */
import type { Xlen } from '../../elf/image.ts'
import type { Addresses } from '../addresses.ts'
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
}

export function loopText(plan: LoopPlan, addresses: Addresses, xlen: Xlen): LoopText {
  const header = addresses.label(plan.blocks[0]!.block.pc)
  return { plan, header, counter: `n_${header}`, nameOf: namesWith(plan.loop.slots, xlen) }
}
