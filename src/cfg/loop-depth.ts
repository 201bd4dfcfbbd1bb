/** How deep in loops each instruction stands, as a guess of how often it runs. */
import type { Graph } from '../ir/program.ts'

/** A backward transfer over more slots is no loop that matters. */
const LONGEST_LOOP = 2000
const DEEPEST = 4

/** A weight for each slot: 8 to the number of backward transfers that span it, at most 4. By address ranges: cheap, and right for compiled code. */
export function loopWeights({ blocks, program: { instrs } }: Graph): Float64Array {
  const change = new Int32Array(instrs.length + 1)
  for (const block of blocks) {
    const target = block.end.kind === 'branch' ? block.end.taken : block.end.kind === 'jump' && block.end.instr.rd === 0 ? block.end.target : undefined
    if (target === undefined || blocks[target]!.first > block.first || block.first - blocks[target]!.first > LONGEST_LOOP) continue
    change[blocks[target]!.first]! += 1
    change[block.first + block.count]! -= 1
  }
  let depth = 0
  return Float64Array.from(instrs, (_, slot) => {
    depth += change[slot]!
    return 8 ** Math.min(depth, DEEPEST)
  })
}
