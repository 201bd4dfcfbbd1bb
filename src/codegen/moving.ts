/** What the text of a region says where the rest is added to the upper part of an address that may move. */
import { movingAddresses, type MovingAddress } from '../analysis/moving.ts'
import type { BlockPlan, RegionPlan } from '../analysis/plan.ts'
import type { Addresses } from './addresses.ts'
import type { StableText } from './stable.ts'

/** `text`: of rs1 and the immediate where the whole is known, else of the immediate alone. */
export type Moving = MovingAddress & { readonly text: string }

/** By index of the instruction in a block. Each call makes texts of its own. */
export type MovingTexts = (block: Pick<BlockPlan, 'block' | 'instrs'>) => ReadonlyMap<number, Moving>

const NONE: ReadonlyMap<number, Moving> = new Map()

export function movingTexts(plan: RegionPlan, addresses: Addresses, stable: StableText | undefined): MovingTexts {
  if (stable === undefined) return () => NONE
  const moving = movingAddresses(plan, stable.range, stable.likely)
  return block => {
    const found = moving(block)
    if (found.size === 0) return NONE
    const texts = new Map<number, Moving>()
    for (const [index, own] of found) {
      const text = own.kind === 'whole' ? addresses.whole(own.address) : addresses.rest(block.instrs[index]!.imm)
      texts.set(index, { ...own, text })
    }
    return texts
  }
}
