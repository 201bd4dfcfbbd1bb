/** Random programs and random loops: crossings are those that the definition gives, whoever executes them. */
import { expect, inject, test } from 'vitest'
import type { Stress } from '../../../src/codegen/tuning.ts'
import { Rvr } from '../../../src/index.ts'
import { randomGuest } from '../../differential/generator.ts'
import { LOOPS, loopGuest } from '../../run/loop-guest.ts'
import { artifactOf, engines, useRvr, widths } from '../../run/support.ts'
import { isExhaustive } from '../../support/exhaustive.ts'
import { randomSource } from '../../support/random.ts'
import { expectCrossings } from './plain.ts'

/** Its native interpreter is one for all programs. */
const host = useRvr('shared', 'quick')

/** RVR_FUZZ_SEED and RVR_FUZZ_ROUNDS as in test/differential. */
const FIRST = Number(process.env['RVR_FUZZ_SEED'] ?? 1)
const asked = process.env['RVR_FUZZ_ROUNDS']
const ROUNDS = Number(asked ?? 1)
/** Of a guest's loops every one, or every third. */
const STEP = asked !== undefined || isExhaustive ? 1 : 3

const cases = Array.from({ length: ROUNDS }, (_, round) => FIRST + round).flatMap(seed =>
  widths.map(xlen => ({
    xlen,
    seed,
    cc: (seed + xlen / 32) % 2 === 0 ? ('gcc' as const) : undefined,
    stress: (['stops', undefined, 'paths'] as const satisfies readonly (Stress | undefined)[])[seed % 3],
  })),
)

function endsWithin(random: (below: number) => number, length: number): number[] {
  const ends = Array.from({ length: 1 + random(12) }, () => 1 + random(length))
  return [...new Set(ends)].toSorted((a, b) => a - b)
}

test.each(cases)('RV$xlen, seed $seed, $cc: random loops', async ({ xlen, seed, cc }) => {
  const random = randomSource(seed * 2 + xlen)
  await using rvr = await Rvr.create({ cacheDir: inject('sharedCache'), ...(cc !== undefined && { cc }) })
  const guest = await rvr.load(loopGuest(xlen, random), { abi: 'linux' })
  const native = await guest.compile('shards')
  for (let index = 0; index < LOOPS; index += STEP) {
    const args = Array.from({ length: index }, () => 'x')
    const maxInstructions = 2000 + random(4000)
    const options = { args, shardEnds: endsWithin(random, maxInstructions) }
    using run = await native.execute({ ...options, maxInstructions })
    expectCrossings(guest, options, run)
  }
})

test.each(cases)('RV$xlen, seed $seed, $cc, stress $stress: random programs', async ({ xlen, seed, cc, stress }) => {
  const other = cc === undefined ? ('gcc' as const) : undefined
  await using rvr = await Rvr.create({
    cacheDir: inject('sharedCache'),
    stress,
    ...(other !== undefined && { cc: other }),
  })
  const random = randomSource(seed)
  const { elf } = randomGuest(xlen, seed, 12)
  for (const engine of engines) {
    const guest = await (engine === 'native' ? rvr : host.rvr).load(elf, { abi: 'linux' })
    using pure = await guest.interpret('pure').execute()
    const options = { shardEnds: endsWithin(random, Number(pure.instret)) }
    using run = await (await artifactOf(guest, 'shards', engine)).execute(options)
    expect(run.outcome).toBe('terminated')
    expectCrossings(guest, options, run)
  }
})
