/** Guests of all kinds: crossings are those that the definition gives, whoever executes them. */
import { afterAll, describe, expect, inject, test } from 'vitest'
import type { Xlen } from '../../../src/elf/image.ts'
import { Rvr, type Guest } from '../../../src/index.ts'
import { kernels, tunedKernels } from '../../bench/kernels.ts'
import { assembled, fixtures, kernel, type Subject } from '../../metering/guests.ts'
import { artifactOf, engines, fixture, quickly, type Engine } from '../../run/support.ts'
import { isExhaustive, sample } from '../../support/exhaustive.ts'
import { testCompilers } from '../../support/operation.ts'
import { randomSource } from '../../support/random.ts'
import { blockRecord, makeState, makeTransfers, witnessOf, witnessRecord } from '../../streams/state.ts'
import { countsOf, expectCrossings } from './plain.ts'

const MOST = isExhaustive ? 60_000 : 10_000
/** They compile long, and have configurations beside their files. */
const configured = ['ecrecover', 'extension-probe', 'kitchen-sink', 'pairing-check']

const state = makeState({ accounts: 40, codes: 2, seed: 20 })
const transfers = makeTransfers(state, 4, 21)
const witness = [blockRecord(state, transfers), witnessRecord(witnessOf(state, transfers))]

/** By guest; others print a text of theirs. */
const inputs: Readonly<Record<string, readonly Uint8Array[]>> = {
  'pairing-check': [Uint8Array.of(0, 0), new Uint8Array(0)],
  'transfers-eager': witness,
}

const prebuilt = (xlen: Xlen, name: string, abi: Subject['abi'] = 'openvm'): Subject => ({
  name,
  xlen,
  abi,
  elf: fixture(name, xlen),
  options: { inputs: inputs[name] ?? [Uint8Array.from({ length: 640 }, (_, index) => index)], args: [name] },
})

const subjects = (xlen: Xlen): readonly Subject[] => [
  ...fixtures(xlen),
  ...['crc32', 'pull', 'transfers-eager', 'transfers-streamed'].map(name => prebuilt(xlen, name)),
  ...['printf', 'wordcount'].map(name => prebuilt(xlen, name, 'linux')),
  ...assembled(xlen),
  ...(isExhaustive ? kernels() : tunedKernels()).map(({ name }) => kernel(xlen, name)),
]

const compilers = isExhaustive ? testCompilers().map(({ command }) => command) : [undefined]
const choices = compilers.flatMap(cc => [32, 64].map(xlen => ({ xlen: xlen as Xlen, cc })))

describe.each(choices)('RV$xlen, $cc', async ({ xlen, cc }) => {
  const rvr = await Rvr.create({ cacheDir: inject('sharedCache'), ...(cc === undefined ? quickly() : { cc }) })
  afterAll(() => rvr.dispose())

  /** Two plans in one engine; the runs of both at once, on two threads. */
  async function expectAll(guest: Guest, { options }: Subject, engine: Engine): Promise<void> {
    using whole = await guest.interpret('pure').execute({ ...options, maxInstructions: MOST })
    expect(whole.instret).toBeGreaterThan(0n)
    const random = randomSource(xlen + Number(whole.instret))
    const artifact = await artifactOf(guest, 'shards', engine)
    const plans = [3, 30].map(count => {
      const ends = Array.from({ length: count }, () => 1 + random(Number(whole.instret)))
      return [...new Set(ends)].toSorted((a, b) => a - b)
    })
    const runs = await Promise.all(
      plans.map(shardEnds => artifact.execute({ ...options, shardEnds, maxInstructions: MOST })),
    )
    for (const [index, run] of runs.entries()) {
      const { inputs: records = [], args, seed } = options
      expect(run.instret).toBe(whole.instret)
      expectCrossings(guest, { inputs: records, args, seed, shardEnds: plans[index]! }, run)
      expect(countsOf(run).shards.length).toBeGreaterThan(1)
      run.dispose()
    }
  }

  // The widths share guests and engines.
  const chosen = sample(subjects(xlen), xlen / 32, 6)
  const cases = chosen.flatMap((subject, turn) =>
    sample(engines, turn, 3).map(engine => ({ ...subject, subject, engine })),
  )
  test.each(cases)('$name ($engine)', async ({ subject, engine }) => {
    await expectAll(await rvr.load(subject.elf, { abi: subject.abi }), subject, engine)
  })

  const others = sample(configured, xlen / 32).flatMap(name =>
    (isExhaustive ? engines : (['interp'] as const)).map(engine => ({ name, engine })),
  )
  test.each(others)('$name ($engine)', async ({ name, engine }) => {
    await expectAll(await rvr.load(fixture(name, xlen)), prebuilt(xlen, name), engine)
  })
})
