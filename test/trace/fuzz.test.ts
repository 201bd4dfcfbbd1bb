/** Random programs: engine and reference fill the same tables, which are accepted, and refuse the same instructions. */
import { describe, expect, test } from 'vitest'
import type { ExecuteOptions, TracesOptions } from '../../src/index.ts'
import { randomAccesses } from '../metering/access-guest.ts'
import { randomCases, type Subject } from '../metering/guests.ts'
import { useRvr } from '../run/support.ts'
import { sample } from '../support/exhaustive.ts'
import { randomSource } from '../support/random.ts'
import { anyInstructions } from './any-instructions.ts'
import { provable } from './provable.ts'
import { contentsOf, expectHonestRun, planned } from './support.ts'
import { randomTransfers } from './transfers.ts'

/** RVR_FUZZ_SEED and RVR_FUZZ_ROUNDS as in test/differential. */
const FIRST = Number(process.env['RVR_FUZZ_SEED'] ?? 1)
const ASKED = process.env['RVR_FUZZ_ROUNDS']
const ROUNDS = Number(ASKED ?? 1)
/** The reference takes its time. */
const MOST = 1200

const host = useRvr('shared', 'quick')

const programs = (xlen: 32 | 64, seed: number): Subject[] => {
  const made = (name: string, elf: Uint8Array): Subject => ({ name, xlen, abi: 'openvm', elf, options: {} })
  return [
    made('any instructions', anyInstructions(xlen, seed, 300)),
    made('accesses', randomAccesses(xlen, seed, 4)),
    made('transfers', randomTransfers(xlen, seed, 60)),
    randomCases(xlen, seed, 6),
  ]
}

describe.each([32, 64] as const)('RV%i', xlen => {
  const seeds = Array.from({ length: ROUNDS }, (_, round) => FIRST + round)
  // Unless more is asked for, the widths share the kinds of programs.
  const chosen = (seed: number) =>
    ASKED === undefined ? sample(programs(xlen, seed), xlen / 32) : programs(xlen, seed)
  const cases = seeds.flatMap(seed => chosen(seed).map(subject => ({ seed, subject })))

  test.each(cases)('seed $seed: $subject.name', async ({ seed, subject }) => {
    const random = randomSource(seed * 2 + xlen / 32)
    const limits: ExecuteOptions = { seed: BigInt(seed), segmentLimits: { maxTraceHeight: 64 << random(6) } }
    const { guest, run: first } = await planned(host.rvr, subject, { ...limits, maxInstructions: MOST })
    const engine: TracesOptions = {
      filler: 'engine',
      artifact: guest.interpret('preflight'),
      fragment: 1 + random(random(2) === 0 ? 20 : 2000),
      threads: 1 + random(3),
    }
    const end = await provable(first, engine)
    expect(await provable(first, { filler: 'reference' })).toBe(end)
    if (end === 0) return
    const { run } =
      end === undefined ? { run: first } : await planned(host.rvr, subject, { ...limits, maxInstructions: end })
    await expectHonestRun(guest, run, subject.name, engine)
    expect(await contentsOf(run, engine)).toEqual(await contentsOf(run, { filler: 'reference' }))
  })
})
