/** Chooses the guest registers that travel between regions in host registers. */
import type { Graph } from '../ir/program.ts'

/** Always worth it: calls and small functions live on them (codegen.md: choosing by score alone made one guest three times slower). */
const BASE = [2, 10, 1, 8, 11, 9, 12]

/** The `count` hot registers in argument order. Beyond the base set those used most, each use weighted with how deep backward branches nest around it. */
export function chooseHot(graph: Graph, count: number): number[] {
  const { blocks, program: { instrs } } = graph
  // Loop depth by address ranges of backward transfers: cheap, and right for compiled code.
  const change = new Int32Array(instrs.length + 1)
  for (const block of blocks) {
    const target = block.end.kind === 'branch' ? block.end.taken : block.end.kind === 'jump' && block.end.instr.rd === 0 ? block.end.target : undefined
    if (target === undefined || blocks[target]!.first > block.first || block.first - blocks[target]!.first > 2000) continue
    change[blocks[target]!.first]! += 1
    change[block.first + block.count]! -= 1
  }
  const score = new Float64Array(32)
  let depth = 0
  for (const [slot, instr] of instrs.entries()) {
    depth += change[slot]!
    if (instr === undefined) continue
    const weight = 8 ** Math.min(depth, 4)
    score[instr.rs1]! += weight
    if (instr.row.format === 'R' || instr.row.format === 'B' || instr.row.format === 'S') score[instr.rs2]! += weight
    if (instr.row.kind !== 'store' && instr.row.kind !== 'branch') score[instr.rd]! += weight
  }
  const rest = Array.from({ length: 31 }, (_, index) => index + 1).filter(r => !BASE.includes(r)).toSorted((a, b) => score[b]! - score[a]! || a - b)
  return [...BASE, ...rest].slice(0, count)
}
