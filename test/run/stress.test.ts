/** Stress: rare paths of native code and the driver are taken, the results are the same, and libraries made for it stay apart. */
import { expect, inject, test } from 'vitest'
import { Rvr } from '../../src/index.ts'
import { CountingCollector } from '../../src/modes/counting.ts'
import { modeNamed } from '../../src/modes/registry.ts'
import { openArtifact } from '../../src/pipeline.ts'
import { attach } from '../../src/run/engine.ts'
import { settle } from '../../src/run/home.ts'
import { Instances } from '../../src/run/instances.ts'
import { endless, errorOf, expectSame, fixture, program, useRvr } from './support.ts'

const host = useRvr('own')

/** Selectors of guest `traps`: memory, jumps, hints, ends, and an endless loop. */
const selectors = [0, 1, 2, 3, 4, 6, 7, 9, 12, 16]

test.each([
  ['paths', 32, 'metered'],
  ['paths', 64, 'metered-cost'],
  ['stops', 32, 'profile'],
  ['stops', 64, 'metered'],
] as const)('%s, RV%i, mode %s: traps and limits are those of the interpreter', async (stress, xlen, mode) => {
  await using rvr = await Rvr.create({ cacheDir: inject('sharedCache'), stress })
  const guest = await rvr.load(fixture('traps', xlen))
  const artifact = await guest.compile(mode)
  for (const selector of selectors) {
    const options = { inputs: [Uint8Array.of(selector)], maxInstructions: 20_459 }
    using native = await artifact.execute(options)
    using interpreted = await guest.interpret(mode).execute(options)
    expectSame(native, interpreted)
    expect(native.segments).toEqual(interpreted.segments)
  }
})

test.each([undefined, 'stops'] as const)(
  'stress %s: the least budget is all that native code gets, whatever it could have',
  async stress => {
    await using rvr = await Rvr.create({ cacheDir: inject('sharedCache'), stress })
    const guest = await rvr.load(program(64, endless['calls and returns']!))
    const { image, abi, machine } = guest
    const mode = modeNamed('pure')
    const { engine } = await openArtifact((await guest.compile('pure')).file!, { image, abi, machine, mode })
    const home = settle(engine, { image, machine, mode, instances: new Instances() })
    const { hart, native } = attach(home.place, 64)
    const { floor, run } = native!({
      collector: new CountingCollector(mode, { machine }),
      counters: mode.counters.length,
    })
    hart.pc = image.entry
    const { used } = run(floor * 1000n)
    home.retire()
    expect([used > 0n, used < floor, used > floor * 900n]).toEqual([true, stress !== undefined, stress === undefined])
  },
)

test('a library that was made for stress answers nobody else', async () => {
  await using rvr = await Rvr.create({ cacheDir: host.rvr.cache.directory!, stress: 'paths' })
  const guest = await rvr.load(fixture('exitcode', 64))
  expect((await guest.compile('pure')).cache.outcome).toBe('miss')
  expect((await guest.compile('pure')).cache.outcome).toBe('hit')
  const { outcome, differences } = await (await host.rvr.load(fixture('exitcode', 64))).explainCache('pure')
  expect({ outcome, parts: differences.map(({ part }) => part) }).toEqual({
    outcome: 'would-miss',
    parts: ['mode/stress'],
  })
})

test('an unknown stress is a usage error', async () => {
  expect(await errorOf(Rvr.create({ cacheDir: false, stress: 'some' as never }))).toMatchObject({
    code: 'USAGE',
    message: 'there is no stress some',
  })
})
