/** Mode `calls-memory`: each leaf of memory counts in the context that touches it first, in all engines. */
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import type { Stress } from '../../../src/codegen/tuning.ts'
import { Rvr, u64, utf8, type ExecuteOptions, type Guest, type Run } from '../../../src/index.ts'
import { meterLayoutOf } from '../../../src/machine/leaves.ts'
import { isExhaustive, sample } from '../../support/exhaustive.ts'
import { randomSource } from '../../support/random.ts'
import { useDirectory } from '../../run/saved-support.ts'
import { artifactOf, engines, fixture, useRvr, widths } from '../../run/support.ts'
import { useMoves } from '../../run/tier-support.ts'
import { factsOfCalls, factsOfPlain } from './plain.ts'
import { randomCalls } from './random-guest.ts'
import { callsOf, expectExact, plainCalls } from './support.ts'

const host = useRvr('shared', 'quick')
const movingAfter = useMoves()
const directory = useDirectory()

/** RVR_FUZZ_SEED and RVR_FUZZ_ROUNDS as in test/differential. */
const FIRST = Number(process.env['RVR_FUZZ_SEED'] ?? 1)
const ROUNDS = Number(process.env['RVR_FUZZ_ROUNDS'] ?? (isExhaustive ? 3 : 1))
const isAtLength = isExhaustive || process.env['RVR_FUZZ_ROUNDS'] !== undefined
const MOST = 8_000

const plainOf = async (guest: Guest, options: ExecuteOptions): Promise<object> =>
  factsOfPlain(await plainCalls(guest, options, MOST, meterLayoutOf(guest.machine).leafBytes))

const touchesOf = (run: Run): number => callsOf(run).contexts.touches!.reduce((sum, own) => sum + own, 0)

const cases = Array.from({ length: ROUNDS }, (_, round) => FIRST + round).flatMap(seed =>
  widths.map(xlen => ({
    xlen,
    seed,
    // gcc takes long for what stress makes of a guest; engines.test.ts has it for contexts.
    cc: isAtLength && (seed + xlen / 32) % 2 === 0 ? ('gcc' as const) : undefined,
    stress: ([undefined, 'paths', 'stops'] as const satisfies readonly (Stress | undefined)[])[seed % 3],
  })),
)

test.each(cases)('random guest $seed, RV$xlen, $cc, stress $stress', async ({ xlen, seed, cc, stress }) => {
  await using rvr = await Rvr.create({ cacheDir: inject('sharedCache'), stress, ...(cc !== undefined && { cc }) })
  const elf = randomCalls(xlen, seed, { symbols: 'some', second: seed % 2 === 0, accesses: true })
  const reference = await host.rvr.load(elf)
  const wanted = await plainOf(reference, {})
  const random = randomSource(seed)
  for (const engine of engines) {
    const artifact = await artifactOf(engine === 'native' ? await rvr.load(elf) : reference, 'calls-memory', engine)
    using whole = await artifact.execute({ maxInstructions: MOST })
    expect(touchesOf(whole)).toBeGreaterThan(2)
    expect(factsOfCalls(callsOf(whole)), engine).toEqual(wanted)
    expectExact(reference, whole)
    let run = await artifact.execute({ maxInstructions: 1 + random(Number(whole.instret)) })
    while (run.outcome === 'suspended' && run.instret < MOST)
      run = await run.resume({ maxInstructions: Math.min(MOST - Number(run.instret), 1 + random(MOST / 2)) })
    expect(factsOfCalls(callsOf(run)), `${engine}, in pieces`).toEqual(wanted)
    run.dispose()
  }
})

type Case = readonly [name: string, options: ExecuteOptions, abi?: 'linux']
const guests: readonly Case[] = [
  ['echo', { inputs: [utf8('z'.repeat(300))] }],
  ['fibonacci', { inputs: [u64(100)] }],
  ['printf', {}, 'linux'],
  ['bench-sort', { args: ['sort', '1'] }, 'linux'],
]

// Guests take turns at widths.
const programs = widths.flatMap((xlen, turn) =>
  sample(guests, turn).map(([name, options, abi]) => ({ xlen, name, options, abi })),
)

test.each(programs)('RV$xlen: $name', async ({ xlen, name, options, abi }) => {
  const guest = await host.rvr.load(fixture(name, xlen), { abi })
  const wanted = await plainOf(guest, options)
  for (const engine of engines) {
    const artifact = await artifactOf(guest, 'calls-memory', engine)
    using run = await artifact.execute({ ...options, maxInstructions: MOST })
    expect(factsOfCalls(callsOf(run)), engine).toEqual(wanted)
  }
})

test.each(widths)('RV%i: runs move between engines, as they are or as files', async xlen => {
  const guest = await host.rvr.load(randomCalls(xlen, 4, { symbols: 'all', accesses: true }))
  const native = await artifactOf(guest, 'calls-memory', 'native')
  using whole = await guest.interpret('calls-memory').execute({ maxInstructions: MOST })
  const half = Math.floor(Number(whole.instret) / 2)
  for (const after of [1, half]) {
    using moved = await (await movingAfter(guest, native, BigInt(after))).execute({ maxInstructions: MOST })
    expect([moved.engine, moved.interpreted]).toEqual(['native', BigInt(after)])
    expect(callsOf(moved)).toEqual(callsOf(whole))
  }
  for (const [index, engine] of engines.entries()) {
    using begun = await (await artifactOf(guest, 'calls-memory', engine)).execute({ maxInstructions: half })
    const file = await begun.save(join(directory.path, `${xlen}-${engine}.run`))
    const other = await artifactOf(guest, 'calls-memory', engines[(index + 1) % engines.length]!)
    using restored = await other.resumeFrom(file, { maxInstructions: MOST - half })
    expect(callsOf(restored)).toEqual(callsOf(whole))
  }
})

test('mode calls counts none', async () => {
  const guest = await host.rvr.load(fixture('echo', 64))
  const options = { inputs: [utf8('z'.repeat(300))] }
  using plain = await guest.interpret('calls').execute(options)
  expect(callsOf(plain).contexts.touches).toBeUndefined()
})
