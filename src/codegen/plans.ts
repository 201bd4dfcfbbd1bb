/** What plans of regions depend on, by the mode, the compiler's convention and the tuning. */
import type { RegionPlan } from '../analysis/plan.ts'
import { planRegion, type FastLoops, type PlanSettings } from '../analysis/plan-region.ts'
import type { Graph, Region } from '../program/program.ts'
import { total } from './amounts.ts'
import type { EmitterContext } from './emitter.ts'
import { prepare, type ProjectOptions } from './prepare.ts'

/** Plans the project's regions, one at a time. */
export function planner(context: EmitterContext): (region: Region) => RegionPlan {
  const settings = settingsOf(context)
  return region => planRegion(context.graph, region, settings, fastLoopsIn(context, region))
}

function settingsOf(context: EmitterContext): PlanSettings {
  const { mode, emission, cold, warm, stable, stopTests, convention } = context
  return {
    cold,
    movable: warm.reduce((mask, register) => mask & ~(1 << register), cold),
    storesEarly: convention.storesEarly,
    namesAddresses: stable === undefined,
    stopTests,
    countsAtOnce: emission.loops !== undefined,
    keepsWords: emission.accessed === undefined,
    leavesLoop: emission.followsLoop,
    amounts: instrs => mode.counters.map(counter => total(counter, instrs, context)),
  }
}

/**
 * Innermost loops have a fast copy; in a main region it is the only one where a resume region starts at the header. In
 * modes with a test of their own it stands in front of the loop, if there is one.
 */
function fastLoopsIn({ tuning, mode, emission, isResume }: EmitterContext, { kind }: Region): FastLoops {
  const countsAtOnce = emission.loops !== undefined
  if (!tuning.chunks || (mode.pace === 'own-test' && !countsAtOnce)) return 'none'
  return kind === 'resume' || countsAtOnce ? 'beside' : header => isResume[header] === 1
}

/** The plans of all regions, main ones first. */
export function plansOf(graph: Graph, options: ProjectOptions): RegionPlan[] {
  const { context, regions } = prepare(graph, options)
  return [...regions.main, ...regions.resume].map(planner(context))
}
