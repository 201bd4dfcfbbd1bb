/** Mode `calls` in the reference interpreter against a plain model of its rules, on guests by chance and those of cache-fixtures. */
import { describe, expect, test } from 'vitest'
import { u64, utf8, type ExecuteOptions, type Guest, type Run } from '../../../src/index.ts'
import { isExhaustive, sample } from '../../support/exhaustive.ts'
import { randomSource } from '../../support/random.ts'
import { fixture, useRvr, widths } from '../../run/support.ts'
import { factsOfCalls, factsOfPlain } from './plain.ts'
import { randomCalls } from './random-guest.ts'
import { callsOf, expectExact, plainCalls } from './support.ts'

const host = useRvr()

/** Whole, in pieces of any length, and its first instructions: what all report is what the plain model says. */
async function expectPlain(guest: Guest, options: ExecuteOptions, most: number, seed: number): Promise<void> {
  const artifact = guest.interpret('calls')
  const limited = { ...options, maxInstructions: most }
  using whole = await artifact.execute(limited)
  const wanted = factsOfPlain(await plainCalls(guest, options, most))
  expect(factsOfCalls(callsOf(whole))).toEqual(wanted)
  expectExact(guest, whole)
  const random = randomSource(seed)
  const next = (run?: Run): number => {
    const left = most - Number(run?.instret ?? 0n)
    return Math.min(left, 1 + random(1 + random(Number(whole.instret))))
  }
  let run = await artifact.execute({ ...options, maxInstructions: next() })
  for (let turn = 0; run.outcome === 'suspended' && run.instret < most; turn++) {
    expectExact(guest, run)
    run = await run.resume({ maxInstructions: turn < 6 ? next(run) : most - Number(run.instret) })
  }
  expect(factsOfCalls(callsOf(run))).toEqual(wanted)
  expect(callsOf(run)).toEqual(callsOf(whole))
  run.dispose()
}

const kinds = [
  { symbols: 'all' },
  { symbols: 'some' },
  { symbols: 'none' },
  { symbols: 'some', second: true },
  { symbols: 'none', second: true },
] as const
const rounds = Number(process.env['RVR_FUZZ_ROUNDS'] ?? (isExhaustive ? 40 : 2))
const firstSeed = Number(process.env['RVR_FUZZ_SEED'] ?? 1)

describe.each(widths)('RV%i', xlen => {
  test.each(kinds)('random guests, symbols: $symbols, second segment: $second', async kind => {
    for (let seed = firstSeed; seed < firstSeed + rounds; seed++) {
      const own = seed * kinds.length + kinds.indexOf(kind)
      const guest = await host.rvr.load(randomCalls(xlen, own, kind))
      await expectPlain(guest, {}, 9000, own)
    }
  })

  type Case = readonly [name: string, options: ExecuteOptions, abi?: 'linux']
  const guests: readonly Case[] = [
    ['fibonacci', { inputs: [u64(100)] }],
    ['echo', { inputs: [utf8('z'.repeat(300))] }],
    ['wordcount', { inputs: [utf8('a few words and a few more of a kind')] }],
    ...[1, 4, 6, 9, 14].map((selector): Case => ['traps', { inputs: [Uint8Array.of(selector)] }]),
    ['hello', {}, 'linux'],
    ['args', { args: ['args', 'one'], inputs: [utf8('input\n')] }, 'linux'],
    ['printf', {}, 'linux'],
    ...['bytecode', 'recursion', 'sort', 'list'].map((name): Case => [`bench-${name}`, { args: [name, '1'] }, 'linux']),
  ]
  const chosen = sample(guests, xlen / 32).map(item => [`${item[0]} ${JSON.stringify(item[1])}`, item] as const)
  test.each(chosen)('%s', async (_title, [name, options, abi]) => {
    const guest = await host.rvr.load(fixture(name, xlen), abi === undefined ? {} : { abi })
    await expectPlain(guest, options, 12_000, xlen)
  })
})
