/** Static successors of a basic block. */
import type { Block } from '../ir/program.ts'

/** The fall-through successor comes last: depth-first walks then place it right behind its block. Block numbers that control may reach from `block` without a call, an indirect jump or the host; a call's target counts as a root and is included. */
export function successors(block: Block): number[] {
  const { end } = block
  switch (end.kind) {
    case 'branch': return [end.taken, end.next].filter(id => id !== undefined)
    case 'jump': return end.target === undefined ? [] : [end.target]
    case 'indirect': return end.target === undefined ? [] : [end.target]
    case 'fall': return end.next === undefined ? [] : [end.next]
    default: return []
  }
}
