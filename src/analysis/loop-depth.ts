/** How deep in loops each instruction stands, as a guess of how often it runs. */
import type { Graph, Terminator } from '../program/program.ts'

/** A backward transfer over more bytes is no loop that matters. */
const LONGEST_LOOP = 8000
const DEEPEST = 4
const WEIGHTS = Array.from({ length: DEEPEST + 1 }, (_, depth) => 8 ** depth)

/** Where a branch or a jump within the function leads. */
function targetOf(end: Terminator): number | undefined {
  if (end.kind === 'branch') return end.taken
  return end.kind === 'jump' && end.instr.rd === 0 ? end.target : undefined
}

/**
 * A weight for each slot: 8 to the number of backward transfers that span it, at most 4. By address ranges: cheap, and
 * right for compiled code.
 */
export function loopWeights({ blocks, program: { instrs } }: Graph): Float64Array {
  const change = new Int32Array(instrs.length + 1)
  for (const block of blocks) {
    const target = targetOf(block.end)
    if (target === undefined || blocks[target]!.pc > block.pc || block.pc - blocks[target]!.pc > LONGEST_LOOP) continue
    change[blocks[target]!.first]! += 1
    change[block.behind]! -= 1
  }
  const weights = new Float64Array(instrs.length)
  for (let slot = 0, depth = 0; slot < weights.length; slot++) {
    depth += change[slot]!
    weights[slot] = WEIGHTS[Math.min(depth, DEEPEST)]!
  }
  return weights
}
