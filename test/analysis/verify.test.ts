/** Plans of committed guests hold what the verifier asks of them, and broken ones do not. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { BlockPlan, RegionPlan } from '../../src/analysis/plan.ts'
import { faultsOf } from '../../src/analysis/verify.ts'
import { preserveNone, sibling } from '../../src/codegen/convention.ts'
import { planner } from '../../src/codegen/plans.ts'
import { prepare } from '../../src/codegen/prepare.ts'
import { stressTuning } from '../../src/codegen/tuning.ts'
import { parseElf } from '../../src/elf/parse.ts'
import { abiNamed, decoderFor } from '../../src/extensions/registry.ts'
import { defaultMachine } from '../../src/machine/machine.ts'
import { modes } from '../../src/modes/registry.ts'
import { buildGraph } from '../../src/program/graph.ts'
import { lift } from '../../src/program/lift.ts'

const guests = ['kitchen-sink.rv64', 'bench-keccak.rv32', 'bench-sort.gcc.rv64', 'printf.rv32'] as const
const manners = [
  { convention: preserveNone },
  { convention: sibling },
  { convention: sibling, tuning: stressTuning },
] as const

function graphOf(guest: string) {
  const path = new URL(`../../cache-fixtures/guests/elf/${guest}.elf`, import.meta.url).pathname
  const image = parseElf(readFileSync(path), path)
  const abi = abiNamed(guest.startsWith('kitchen') ? 'openvm' : 'linux')
  return buildGraph(lift(image, decoderFor(image.xlen, abi)))
}

function plansOf(graph: ReturnType<typeof graphOf>, mode: (typeof modes)[number], manner: (typeof manners)[number]) {
  const machine = defaultMachine(graph.program.xlen)
  const { context, regions } = prepare(graph, { mode, machine, ...manner })
  return {
    of: { image: graph.program.image, cold: context.cold },
    plans: [...regions.main, ...regions.resume].map(planner(context)),
  }
}

describe.each(guests)('%s', guest => {
  const graph = graphOf(guest)
  test.each(modes)('every plan in mode $name holds', mode => {
    for (const manner of manners) {
      const { of, plans } = plansOf(graph, mode, manner)
      expect(plans.length).toBeGreaterThan(10)
      expect(plans.flatMap(plan => faultsOf(plan, of))).toEqual([])
    }
  })
})

describe('a plan that is broken', () => {
  const { of, plans } = plansOf(graphOf('bench-sort.gcc.rv64'), modes[0]!, manners[1])
  /** Faults of all plans with one change to each block. */
  const faultsWith = (change: (block: BlockPlan) => BlockPlan, more: (plan: RegionPlan) => RegionPlan = plan => plan) =>
    plans.flatMap(plan => faultsOf(more({ ...plan, blocks: plan.blocks.map(change) }), of)).join('\n')
  const none = new Map<number, never>()

  test('without checks', () => {
    expect(faultsWith(block => ({ ...block, checks: { ...block.checks, head: [] } }))).toContain('no check covers')
    expect(faultsWith(block => ({ ...block, checks: { ...block.checks, inner: none } }))).toContain('no check covers')
  })

  test('without loads', () => {
    expect(
      faultsWith(
        block => block,
        plan => ({ ...plan, loaded: 0 }),
      ),
    ).toContain('not loaded')
    expect(faultsWith(block => ({ ...block, loads: undefined }))).toContain('not loaded')
  })

  test('that forgets what is dirty', () => {
    expect(faultsWith(block => ({ ...block, dirtyAtEntry: 0 }))).toContain('forgets dirty registers')
  })

  test('without stop tests', () => {
    expect(
      faultsWith(
        block => ({ ...block, tests: false }),
        plan => ({ ...plan, loops: new Map(), replaced: new Set() }),
      ),
    ).toContain('without a stop test')
  })

  test('whose loops test nothing, or too little', () => {
    const withLoops = (
      change: (loop: RegionPlan['loops'] extends ReadonlyMap<number, infer L> ? L : never) => typeof loop,
    ) =>
      faultsWith(
        block => block,
        plan => ({ ...plan, loops: new Map([...plan.loops].map(([id, loop]) => [id, change(loop)])) }),
      )
    expect(withLoops(loop => ({ ...loop, tests: [] }))).toContain('says how far')
    expect(
      withLoops(plan => ({
        ...plan,
        loop: { ...plan.loop, hoisted: plan.loop.hoisted.map(check => ({ ...check, high: check.low + 1 })) },
      })),
    ).toContain("loop's test does not cover")
  })
})
