/** Guests whose blocks are proved in one row: the mock prover accepts them, and all else is as it was without. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { u64 } from '../../src/index.ts'
import { fixture, useRvr } from '../run/support.ts'
import { machineWithBlocks } from './chosen-blocks.ts'
import { standingAt } from './native/recorder.ts'
import { contentsOf } from './support.ts'

const host = useRvr('shared', 'quick')

describe.each([32, 64] as const)('RV%i', xlen => {
  const elf = readFileSync(fixture('fibonacci', xlen))
  const inputs = [u64(20)]
  const options = { inputs, segmentLimits: { maxTraceHeight: 1024 } }

  test('fibonacci with ten', async () => {
    const machine = machineWithBlocks(standingAt(elf, { inputs }), 10)
    const plain = await (await host.rvr.load(elf)).interpret('metered').execute(options)
    const run = await (await host.rvr.load(elf, { machine })).interpret('metered').execute(options)
    const publics: unknown[] = []
    for await (const trace of plain.traces({ filler: 'engine' })) {
      using segment = trace
      publics.push([segment.instretStart, segment.instructions, segment.publics])
    }
    const found: unknown[] = []
    for await (const trace of run.traces({ filler: 'engine', threads: 2 })) {
      using segment = trace
      found.push([segment.instretStart, segment.instructions, segment.publics])
      expect(await segment.check()).toMatchObject({ passed: true, failures: [] })
    }
    expect(found).toEqual(publics)
    expect(await contentsOf(run, { filler: 'engine', fragment: 100 })).toEqual(
      await contentsOf(run, { filler: 'reference' }),
    )
  })
})
