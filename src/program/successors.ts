/** Static successors of a basic block. */
import type { Block } from './program.ts'

const NONE: readonly number[] = []
const one = (id: number | undefined): readonly number[] => (id === undefined ? NONE : [id])

/**
 * The fall-through successor comes last: depth-first walks then place it right behind its block. Block numbers that
 * control may reach from `block` without a call, an indirect jump or the host; a call's target counts as a root and is
 * included.
 */
export function successors(block: Block): readonly number[] {
  const { end } = block
  switch (end.kind) {
    case 'branch':
      if (end.taken === undefined) return one(end.next)
      return end.next === undefined ? [end.taken] : [end.taken, end.next]
    case 'jump':
    case 'indirect':
      return one(end.target)
    case 'fall':
      return one(end.next)
    default:
      return NONE
  }
}
