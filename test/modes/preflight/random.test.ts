/** Random programs and random loops: the tape is the one that the definition gives, whoever executes them. */
import { expect, inject, test } from 'vitest'
import type { Stress } from '../../../src/codegen/tuning.ts'
import { Rvr } from '../../../src/index.ts'
import { randomGuest } from '../../differential/generator.ts'
import { LOOPS, loopGuest } from '../../run/loop-guest.ts'
import { artifactOf, engines, useRvr, widths } from '../../run/support.ts'
import { randomSource } from '../../support/random.ts'
import { expectTape, piecesOf } from './plain.ts'

/** Its native interpreter is one for all programs. */
const host = useRvr('shared', 'quick')

/** RVR_FUZZ_SEED and RVR_FUZZ_ROUNDS as in test/differential. */
const FIRST = Number(process.env['RVR_FUZZ_SEED'] ?? 1)
const ROUNDS = Number(process.env['RVR_FUZZ_ROUNDS'] ?? 1)

const cases = Array.from({ length: ROUNDS }, (_, round) => FIRST + round).flatMap(seed =>
  widths.map(xlen => ({
    xlen,
    seed,
    cc: (seed + xlen / 32) % 2 === 0 ? ('gcc' as const) : undefined,
    stress: ([undefined, 'paths', 'stops'] as const satisfies readonly (Stress | undefined)[])[seed % 3],
  })),
)

test.each(cases)('RV$xlen, seed $seed, $cc: random loops', async ({ xlen, seed, cc }) => {
  const random = randomSource(seed * 2 + xlen)
  await using rvr = await Rvr.create({ cacheDir: inject('sharedCache'), ...(cc !== undefined && { cc }) })
  const guest = await rvr.load(loopGuest(xlen, random), { abi: 'linux' })
  const native = await guest.compile('preflight')
  for (let index = 0; index < LOOPS; index++) {
    const args = Array.from({ length: index }, () => 'x')
    const options = { args, maxInstructions: 2000 + random(4000) }
    using run = await native.execute(options)
    expectTape(guest, { args }, [piecesOf(run)], run.instret)
  }
})

test.each(cases)('RV$xlen, seed $seed, $cc, stress $stress: random programs', async ({ xlen, seed, cc, stress }) => {
  const other = cc === undefined ? ('gcc' as const) : undefined
  await using rvr = await Rvr.create({
    cacheDir: inject('sharedCache'),
    stress,
    ...(other !== undefined && { cc: other }),
  })
  const { elf } = randomGuest(xlen, seed, process.env['RVR_FUZZ_ROUNDS'] === undefined ? 6 : 12)
  for (const engine of engines) {
    const guest = await (engine === 'native' ? rvr : host.rvr).load(elf, { abi: 'linux' })
    using run = await (await artifactOf(guest, 'preflight', engine)).execute()
    expect(run.outcome).toBe('terminated')
    expectTape(guest, {}, [piecesOf(run)], run.instret)
  }
})
