/** Mode `calls` with cost limits and on machines with autoprecompiles: the run is that of the other modes. */
import { expect, test } from 'vitest'
import type { Run } from '../../../src/index.ts'
import { randomSource } from '../../support/random.ts'
import { withBlocks } from '../../metering/blocks.ts'
import { artifactOf, engines, fixture, useRvr, widths } from '../../run/support.ts'
import { callsOf, expectExact } from './support.ts'

const host = useRvr('shared', 'quick')
const MOST = 12_000

test.each(widths)('RV%i: stops by cost and by instructions are those of mode metered-cost', async xlen => {
  const guest = await host.rvr.load(fixture('bench-sort', xlen), { abi: 'linux' })
  const options = { args: ['sort', '1'] }
  const counting = guest.interpret('metered-cost')
  using whole = await guest.interpret('calls').execute({ ...options, maxInstructions: MOST })
  for (const engine of engines) {
    const artifact = await artifactOf(guest, 'calls', engine)
    const random = randomSource(xlen)
    const causes = new Set<string | undefined>()
    let run: Run = await artifact.execute({ ...options, maxCost: 5000 })
    let wanted: Run = await counting.execute({ ...options, maxCost: 5000 })
    for (let turn = 0; run.outcome === 'suspended' && run.instret < MOST; turn++) {
      const { pc, instret, cost, stopCause } = wanted
      expect(run, engine).toMatchObject({ pc, instret, cost, stopCause })
      expectExact(guest, run)
      causes.add(stopCause)
      const left = MOST - Number(run.instret)
      const maxInstructions = turn < 6 ? Math.min(left, 1 + random(4000)) : left
      const limits = { maxInstructions, ...(turn < 6 && { maxCost: 20_000 + random(80_000) }) }
      run = await run.resume(limits)
      wanted = await wanted.resume(limits)
    }
    expect(causes.has('cost')).toBe(true)
    expect(callsOf(run), engine).toEqual(callsOf(whole))
    run.dispose()
    wanted.dispose()
  }
})

test.each(widths)('RV%i: rows of autoprecompiles cost what they cost in the other modes', async xlen => {
  const abi = 'linux'
  const options = { args: ['sort', '1'], maxInstructions: MOST }
  const plain = await host.rvr.load(fixture('bench-sort', xlen), { abi })
  const machine = await withBlocks(plain, options, { seed: xlen, most: 40, widest: 20 })
  const guest = await host.rvr.load(fixture('bench-sort', xlen), { abi, machine })
  using counted = await guest.interpret('profile').execute(options)
  using unchanged = await plain.interpret('calls').execute(options)
  expect(counted.cost).not.toBe(unchanged.cost)
  // The native interpreter knows the blocks of no guest.
  for (const engine of ['native', 'interp'] as const) {
    using run = await (await artifactOf(guest, 'calls', engine)).execute(options)
    expect([run.instret, run.cost, run.profile], engine).toEqual([counted.instret, counted.cost, counted.profile])
    // Calls know nothing of machines.
    expect(callsOf(run), engine).toEqual(callsOf(unchanged))
  }
})
