/** Chooses the guest registers that travel between regions in host registers. */
import { loopWeights } from '../cfg/loop-depth.ts'
import type { Graph } from '../ir/program.ts'

/** Always worth it: calls and small functions live on them (codegen.md: choosing by score alone made one guest three times slower). */
const BASE = [2, 10, 1, 8, 11, 9, 12]

/** The `count` hot registers in argument order. Beyond the base set those used most, each use weighted with how deep backward branches nest around it. */
export function chooseHot(graph: Graph, count: number): number[] {
  const { instrs } = graph.program, weights = loopWeights(graph)
  const score = new Float64Array(32)
  for (let slot = 0; slot < instrs.length; slot++) {
    const instr = instrs[slot]
    if (instr === undefined) continue
    const weight = weights[slot]!
    score[instr.rs1]! += weight
    if (instr.row.format === 'R' || instr.row.format === 'B' || instr.row.format === 'S') score[instr.rs2]! += weight
    if (instr.row.kind !== 'store' && instr.row.kind !== 'branch') score[instr.rd]! += weight
  }
  const rest = Array.from({ length: 31 }, (_, index) => index + 1).filter(r => !BASE.includes(r)).toSorted((a, b) => score[b]! - score[a]! || a - b)
  return [...BASE, ...rest].slice(0, count)
}
