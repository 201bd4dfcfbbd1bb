/** Random programs, up to the first instruction that cannot be proved: their system calls, or an unaligned address. */
import { afterAll, describe, expect, test } from 'vitest'
import { Rvr, RvrError } from '../../src/index.ts'
import { randomAccesses } from '../metering/access-guest.ts'
import { randomCases, type Subject } from '../metering/guests.ts'
import { sample } from '../support/exhaustive.ts'
import { anyInstructions } from './any-instructions.ts'
import { expectHonest, planned } from './support.ts'

const rvr = await Rvr.create({ cacheDir: false })
afterAll(() => rvr.dispose())

/** Instructions in front of the first one that cannot be proved; undefined where all can. */
async function provable(subject: Subject): Promise<number | undefined> {
  const { run } = await planned(rvr, subject)
  try {
    for await (const segment of run.traces({ filler: 'reference' })) segment.dispose()
  } catch (error) {
    if (error instanceof RvrError && error.code === 'UNPROVABLE') return error.details['instret'] as number
    throw error
  }
  return undefined
}

describe.each([32, 64] as const)('RV%i', xlen => {
  test('instructions of all kinds', async () => {
    const elf = anyInstructions(xlen, 11, 600)
    expect(await expectHonest(rvr, { name: 'any instructions', xlen, abi: 'openvm', elf, options: {} })).toBe(1)
  })

  test.each(sample([1, 2], xlen / 32))('arithmetic, branches and memory, seed %i', async seed => {
    const subject = randomCases(xlen, seed, 6)
    const maxInstructions = await provable(subject)
    expect(maxInstructions).toBeGreaterThan(0)
    expect(await expectHonest(rvr, subject, { maxInstructions })).toBe(1)
  })

  test('accesses of all widths', async () => {
    const elf = randomAccesses(xlen, 7, 4)
    const subject: Subject = { name: 'accesses', xlen, abi: 'openvm', elf, options: {} }
    const maxInstructions = await provable(subject)
    expect(maxInstructions === undefined).toBe(xlen === 64)
    expect(await expectHonest(rvr, subject, { maxInstructions })).toBe(1)
  })
})
