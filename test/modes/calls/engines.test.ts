/** Mode `calls`: compiled code, by either compiler and on rare paths, and the native interpreter count as the reference interpreter does. */
import { expect, inject, test } from 'vitest'
import type { Stress } from '../../../src/codegen/tuning.ts'
import { Rvr, type Guest } from '../../../src/index.ts'
import { isExhaustive } from '../../support/exhaustive.ts'
import { randomSource } from '../../support/random.ts'
import { artifactOf, fixture, quickly, useRvr, widths, type Engine } from '../../run/support.ts'
import { factsOfCalls } from './plain.ts'
import { randomCalls } from './random-guest.ts'
import { callsOf, expectExact } from './support.ts'

/** Its native interpreter is one for all programs. */
const host = useRvr('shared', 'quick')

/** RVR_FUZZ_SEED and RVR_FUZZ_ROUNDS as in test/differential. */
const FIRST = Number(process.env['RVR_FUZZ_SEED'] ?? 1)
const ROUNDS = Number(process.env['RVR_FUZZ_ROUNDS'] ?? 1)
const MOST = 12_000

const kinds = [
  { symbols: 'all' },
  { symbols: 'some' },
  { symbols: 'none' },
  { symbols: 'some', second: true },
  { symbols: 'none', second: true },
] as const

const isAtLength = isExhaustive || process.env['RVR_FUZZ_ROUNDS'] !== undefined

const all = Array.from({ length: ROUNDS }, (_, round) => FIRST + round).flatMap(round =>
  widths.flatMap(xlen =>
    kinds.map((kind, index) => ({
      xlen,
      kind,
      seed: round * kinds.length + index,
      // Compilers that optimise take long: of the guests of a usual run one by each.
      cc: index > 0 && !isExhaustive ? 'quick' : (round + index + xlen / 32) % 2 === 0 ? 'gcc' : 'of rvr',
      stress: ([undefined, 'paths', 'stops'] as const satisfies readonly (Stress | undefined)[])[(round + index) % 3],
    })),
  ),
)

/** Unless at length the widths share the kinds, each with both compilers. */
const cases = isAtLength ? all : all.filter(({ xlen, seed }) => ((seed >> 1) + xlen / 32) % 2 === 0)

/** Whole, and in pieces of any length: all places of the tree, and what was unmatched and skipped. */
async function expectSame(guest: Guest, engine: Engine, other: Guest, seed: number): Promise<void> {
  using wanted = await other.interpret('calls').execute({ maxInstructions: MOST })
  const facts = factsOfCalls(callsOf(wanted))
  const artifact = await artifactOf(guest, 'calls', engine)
  using whole = await artifact.execute({ maxInstructions: MOST })
  expect(whole.instret).toBe(wanted.instret)
  expect(factsOfCalls(callsOf(whole))).toEqual(facts)
  expectExact(guest, whole)
  const random = randomSource(seed)
  let run = await artifact.execute({ maxInstructions: 1 + random(Number(wanted.instret)) })
  while (run.outcome === 'suspended' && run.instret < MOST) {
    const left = MOST - Number(run.instret)
    run = await run.resume({ maxInstructions: Math.min(left, 1 + random(MOST / 2)) })
  }
  expect(factsOfCalls(callsOf(run))).toEqual(facts)
  run.dispose()
}

/** What rvr chooses itself is clang where there is one. */
const options: Readonly<Record<string, () => { readonly cc?: string }>> = {
  quick: quickly,
  gcc: () => ({ cc: 'gcc' }),
  'of rvr': () => ({}),
}

test.each(cases)('RV$xlen, seed $seed, $kind, $cc, stress $stress', async ({ xlen, kind, seed, cc, stress }) => {
  await using rvr = await Rvr.create({ cacheDir: inject('sharedCache'), stress, ...options[cc]!() })
  const elf = randomCalls(xlen, seed, kind)
  const reference = await host.rvr.load(elf)
  await expectSame(await rvr.load(elf), 'native', reference, seed)
  await expectSame(reference, 'native-interp', reference, seed)
})

test.each(isAtLength ? widths : [64 as const])('RV%i: a guest of C', async xlen => {
  const [reference, options] = [await host.rvr.load(fixture('printf', xlen), { abi: 'linux' }), {}]
  using wanted = await reference.interpret('calls').execute(options)
  for (const engine of ['native', 'native-interp'] as const) {
    using run = await (await artifactOf(reference, 'calls', engine)).execute(options)
    expect(factsOfCalls(callsOf(run))).toEqual(factsOfCalls(callsOf(wanted)))
    expectExact(reference, run)
  }
})
