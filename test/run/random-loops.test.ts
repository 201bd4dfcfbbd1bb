/** Random innermost loops, counted and others, run as the interpreter runs them: what the test in front of a chunk says has to be true whatever registers hold. */
import { expect, inject, test } from 'vitest'
import { Rvr } from '../../src/index.ts'
import { randomSource } from '../support/random.ts'
import { piecesOf } from '../metering/support.ts'
import { LOOPS, loopGuest } from './loop-guest.ts'
import { expectSame } from './support.ts'
import type { ModeName } from '../../src/index.ts'

/** RVR_FUZZ_SEED and RVR_FUZZ_ROUNDS as in test/differential. */
const FIRST = Number(process.env['RVR_FUZZ_SEED'] ?? 1)
const ROUNDS = Number(process.env['RVR_FUZZ_ROUNDS'] ?? 1)

/** Segments end nowhere, or where a chip or the memory tables have grown. */
const limits = [{}, { segmentLimits: { maxTraceHeight: 1024 } }, { segmentLimits: { maxTraceHeight: 128 } }]

const cases = Array.from({ length: ROUNDS }, (_, round) => FIRST + round).flatMap(seed =>
  ([64, 32] as const).map(xlen => ({
    xlen,
    seed,
    cc: (seed + xlen / 32) % 2 === 0 ? ('gcc' as const) : undefined,
    mode: ['pure', 'metered-cost', 'metered'][(seed + xlen / 32) % 3]!,
  })),
)

test.each(cases)('RV$xlen, seed $seed, $cc, mode $mode', async ({ xlen, seed, cc, mode }) => {
  const random = randomSource(seed * 2 + xlen)
  await using rvr = await Rvr.create({ cacheDir: inject('sharedCache'), ...(cc !== undefined && { cc }) })
  const loaded = await rvr.load(loopGuest(xlen, random), { abi: 'linux' })
  const native = await loaded.compile(mode as ModeName)
  const interpreter = loaded.interpret(mode as ModeName)
  for (let index = 0; index < LOOPS; index++) {
    const options = {
      args: Array.from({ length: index }, () => 'x'),
      maxInstructions: 8000 + random(8000),
      ...(mode === 'metered' && limits[index % limits.length]),
    }
    using wanted = await interpreter.execute(options)
    using found = await native.execute(options)
    expectSame(found, wanted)
    expect(found.instret, `loop ${index}`).toBe(wanted.instret)
    if (mode === 'metered') expect(piecesOf(found), `loop ${index}`).toEqual(piecesOf(wanted))
  }
})
