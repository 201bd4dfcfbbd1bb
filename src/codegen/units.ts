/** Regions → C files of bounded size. */
import type { Graph, Region } from '../ir/program.ts'
import type { EmitterContext } from './emitter.ts'
import type { ProjectFile } from './project.ts'
import { planRegion } from './region-plan.ts'
import { RegionWriter } from './region-writer.ts'

/** Guest instructions in one C file: small enough that two compilers have work, large enough that headers do not matter. */
const UNIT_SIZE = 5000

/** Writes the regions of one kind into files `<prefix>_000.c`, …; region order is address order. */
export function writeUnits(context: EmitterContext, graph: Graph, regions: readonly Region[], prefix: string): ProjectFile[] {
  const files: ProjectFile[] = []
  let functions: string[] = [], callees = new Set<string>(), defined: string[] = [], size = 0
  const finish = (): void => {
    if (functions.length === 0) return
    const declared = [...new Set([...callees, ...defined])].toSorted().join(', ')
    files.push({ path: `${prefix}_${String(files.length).padStart(3, '0')}.c`, content: `#include "guest.h"\n\nregion ${declared};\n\n${functions.join('\n')}` })
    functions = []
    callees = new Set()
    defined = []
    size = 0
  }
  for (const region of regions) {
    const plan = planRegion(graph, region, context.mode, context.machine, context.cold, !context.tuning.chunks || context.emission.blockTest !== undefined ? 'none' : region.kind === 'resume' ? 'beside' : header => context.isResume[header] === 1)
    const writer = new RegionWriter(context, plan)
    functions.push(writer.write())
    defined.push(writer.name)
    for (const callee of writer.callees) callees.add(callee)
    size += plan.blocks.reduce((sum, block) => sum + block.instrs.length, 0)
    if (size >= UNIT_SIZE) finish()
  }
  finish()
  return files
}
