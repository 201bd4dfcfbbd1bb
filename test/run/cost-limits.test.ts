/** Cost limits: the same stop in every engine and every time, before the first block that would exceed them, and resumable. */
import { describe, expect, test } from 'vitest'
import { blockCosts } from '../../src/run/block-costs.ts'
import type { Run } from '../../src/index.ts'
import { randomSource } from '../support/random.ts'
import { artifactOf, engines, expectSame, fixture, useRvr, widths } from './support.ts'

const host = useRvr('shared', 'quick')
const LIMITS = 8

describe.each(widths)('RV%i', xlen => {
  const subject = async () => {
    const guest = await host.rvr.load(fixture('printf', xlen), { abi: 'linux' })
    return {
      guest,
      native: await artifactOf(guest, 'metered-cost', 'native'),
      interpreted: await artifactOf(guest, 'metered-cost', 'interp'),
    }
  }

  test('stops before the first block that would exceed the limit, in both engines alike', async () => {
    const { guest, native, interpreted } = await subject()
    const costOf = blockCosts(guest.image, guest.abi, guest.machine)
    const random = randomSource(xlen)
    for (const limit of Array.from({ length: LIMITS }, () => BigInt(random(8_000_000)))) {
      const run = await native.execute({ maxCost: limit })
      const reference = await interpreted.execute({ maxCost: limit })
      expect(run).toMatchObject({ outcome: 'suspended', stopCause: 'cost' })
      expectSame(run, reference)
      const next = costOf.at(run.pc)
      expect(next).toBeDefined()
      expect(run.cost!).toBeLessThanOrEqual(limit)
      expect(run.cost! + BigInt(next!)).toBeGreaterThan(limit)
      const again = await native.execute({ maxCost: limit })
      expectSame(again, run)
      for (const each of [run, reference, again]) each.dispose()
    }
  })

  test.each(engines)('pieces by cost, by instructions and by both equal one run (%s)', async engine => {
    const artifact = await artifactOf((await subject()).guest, 'metered-cost', engine)
    const random = randomSource(xlen + 1)
    const whole = await artifact.execute()
    let run: Run = await artifact.execute({ maxCost: 0 })
    const causes = new Set<string | undefined>()
    for (let pieces = 0; run.outcome === 'suspended'; pieces++) {
      if (pieces > 500) expect.fail(`no end after ${pieces} pieces, at ${run.instret} instructions`)
      causes.add(run.stopCause)
      const maxCost = 20_000 + random(400_000)
      const maxInstructions = 1 + random(9_000)
      const kind = random(3)
      run = await run.resume(kind === 0 ? { maxCost } : kind === 1 ? { maxInstructions } : { maxCost, maxInstructions })
    }
    expect(causes).toEqual(new Set(['cost', 'instructions']))
    expectSame(run, whole)
    run.dispose()
    whole.dispose()
  })
})
