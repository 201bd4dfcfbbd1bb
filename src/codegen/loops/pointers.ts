/** Pointers that go through memory beside the registers of a counted loop. */
import { isStill } from '../../analysis/loops/strides.ts'
import { affineText, strideText } from './expressions.ts'
import type { LoopText } from './loop-text.ts'

export interface ChunkPointers {
  readonly declarations: readonly string[]
  /** What each iteration ends with. */
  readonly steps: readonly string[]
  /** Per block, what an instruction (by index) accesses, as a C expression. */
  readonly places: readonly ReadonlyMap<number, string>[]
}

function offsetText(offset: number): string {
  if (offset === 0) return ''
  return offset > 0 ? ` + ${offset}` : ` - ${-offset}`
}

/**
 * 32-bit registers wrap around, so C compilers cannot know that addresses in them rise evenly, and do not vectorise the
 * loop. The test in front of a chunk says that these do not wrap.
 */
export function chunkPointers({ plan, nameOf }: LoopText): ChunkPointers {
  const { hoisted, covered } = plan.loop
  const moves = (check: number): boolean => !isStill(hoisted[check]!.stride)
  const checks = covered.flatMap(places => [...places.values()].map(({ check }) => check))
  const used = [...new Set(checks)].filter(moves).toSorted((a, b) => a - b)
  return {
    declarations: used.map(check => {
      const { terms, low } = hoisted[check]!
      return `  char *way${check} = m + (uint64_t)${affineText({ terms, constant: low }, nameOf)};`
    }),
    steps: used.map(check => {
      const { stride } = hoisted[check]!
      return `  way${check} ${stride.constant < 0 ? '-' : '+'}= ${strideText(stride, nameOf)};`
    }),
    places: covered.map(places => {
      const moving = [...places].filter(([, { check }]) => moves(check))
      return new Map(moving.map(([index, { check, offset }]) => [index, `way${check}${offsetText(offset)}`]))
    }),
  }
}
