/** Every segment of the test guests has the heights that mode metered predicted, and the mock prover accepts it. */
import { afterAll, describe, expect, test } from 'vitest'
import { Rvr, u64 } from '../../src/index.ts'
import { fixtures } from '../metering/guests.ts'
import { expectHonest } from './support.ts'

const rvr = await Rvr.create({ cacheDir: false })
afterAll(() => rvr.dispose())

describe.each([32, 64] as const)('RV%i', xlen => {
  const named = (name: string) => fixtures(xlen).find(each => each.name === name)!

  test.each(['echo', 'exitcode'])('%s', async name => {
    expect(await expectHonest(rvr, named(name))).toBe(1)
  })

  test('fibonacci, in several segments', async () => {
    const options = { inputs: [u64(400)], segmentLimits: { maxTraceHeight: 1024 } }
    expect(await expectHonest(rvr, named('fibonacci'), options)).toBeGreaterThan(1)
  })

  test('fibonacci, stopped on the way', async () => {
    expect(await expectHonest(rvr, named('fibonacci'), { maxInstructions: 60 })).toBe(1)
  })
})
