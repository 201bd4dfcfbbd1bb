/** Regions → C files of bounded size. */
import type { Graph, Region } from '../ir/program.ts'
import type { EmitterContext } from './emitter.ts'
import type { ProjectFile } from './project.ts'
import { planRegion } from './region-plan.ts'
import { RegionWriter } from './region-writer.ts'

/** Guest instructions in one C file: small enough that two compilers have work, large enough that headers do not matter. */
const UNIT_SIZE = 5000

/** Writes the regions of one kind into files `<prefix>_000.c`, …, one at a time; region order is address order. */
export function* writeUnits(context: EmitterContext, graph: Graph, regions: readonly Region[], prefix: string): Generator<ProjectFile> {
  let files = 0
  let functions: string[] = [], callees = new Set<string>(), defined: string[] = [], size = 0
  const finish = (): ProjectFile => {
    const declared = [...new Set([...callees, ...defined])].toSorted().join(', ')
    const file = { path: `${prefix}_${String(files++).padStart(3, '0')}.c`, content: `#include "guest.h"\n\nregion ${declared};\n\n${functions.join('\n')}` }
    functions = []
    callees = new Set()
    defined = []
    size = 0
    return file
  }
  for (const region of regions) {
    const plan = planRegion(graph, region, context.mode, context.machine, context.cold)
    const writer = new RegionWriter(context, plan)
    functions.push(writer.write())
    defined.push(writer.name)
    for (const callee of writer.callees) callees.add(callee)
    size += plan.blocks.reduce((sum, block) => sum + block.instrs.length, 0)
    if (size >= UNIT_SIZE) yield finish()
  }
  if (functions.length > 0) yield finish()
}
