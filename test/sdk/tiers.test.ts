/** What a guest that is in no cache starts in, what is made for it, and what happens where that cannot be made. */
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { Rvr, u64, type Artifact, type Run, type RvrEvent } from '../../src/index.ts'
import { modes } from '../../src/modes/registry.ts'
import { slotMs } from '../../src/sdk/worth.ts'
import { Tier } from '../../src/run/tier.ts'
import { librariesIn } from '../cli/e2e-support.ts'
import { fixture, scratch } from '../e2e/support.ts'
import { temporaryDirectory } from '../store/sample.ts'
import { PATIENCE_MS } from '../support/patience.ts'
import { DATA, endless, program, quickly } from '../run/support.ts'

const short = { inputs: [u64(20)] }

/** A run that takes no time, on a busy machine either. */
async function runShortly(artifact: Artifact): Promise<Run> {
  using _clock = vi.spyOn(performance, 'now').mockReturnValue(performance.now())
  return await artifact.execute(short)
}

/** What is stored of each stage, by the modes in its manifests. */
async function stored(rvr: Rvr): Promise<unknown[]> {
  return (await rvr.cache.list()).map(({ manifest }) => manifest.info['mode'])
}
const INTERPRETER = modes.map(({ name }) => name).join(' ')

test('a short run makes nothing; the interpreter that is there is used from the first instruction', async () => {
  await using rvr = await Rvr.create({ cacheDir: await temporaryDirectory(), remote: false, ...quickly() })
  const guest = await rvr.load(fixture('fibonacci'))
  const cold = await guest.tiered('pure')
  using first = await runShortly(cold)
  expect([cold.engine, first.engine, await stored(rvr)]).toEqual(['interp', 'interp', []])
  const made = await guest.interpretNatively('pure')
  expect([made.engine, made.cache.outcome, made.file, made.isKept]).toEqual(['native-interp', 'miss', undefined, false])
  // Another guest of the kind, in another mode.
  const other = await rvr.load(program(64, code => code.li('a0', DATA).op('reveal', { rs1: 'a0' }).op('terminate')))
  const ready = await other.tiered('metered')
  using run = await ready.execute()
  expect([ready.engine, run.engine, run.interpreted]).toEqual(['native-interp', 'native-interp', 0n])
  expect(run.interpretedNatively).toBe(run.instret)
  expect(await stored(rvr)).toEqual([INTERPRETER])
  // Only who asks for native code gets it for so little.
  expect([await ready.compiled(), ready.engine]).toEqual([true, 'native'])
  expect((await stored(rvr)).toSorted()).toEqual(['metered', INTERPRETER])
})

test('making the native interpreter outlives a run that was slow without it; compiling does not', async () => {
  const cacheDir = await temporaryDirectory()
  const events: RvrEvent[] = []
  // Not a deadline: a busy host may hear of the run's beginning when that has passed, and then nothing seems slow.
  const isMaking = new AbortController()
  {
    await using rvr = await Rvr.create({
      cacheDir,
      remote: false,
      ...quickly(),
      onEvent: event => {
        events.push(event)
        if (event.type === 'tier' && event.message.includes('native interpreter')) isMaking.abort()
      },
    })
    const guest = await rvr.load(program(64, endless['a jump to itself']!))
    using run = await (await guest.tiered('pure')).execute({ suspend: isMaking.signal, timeoutMs: PATIENCE_MS })
    expect([run.outcome, run.stopCause]).toEqual(['suspended', 'request'])
  }
  await using rvr = await Rvr.create({ cacheDir, remote: false, ...quickly() })
  expect(await stored(rvr)).toContain(INTERPRETER)
  expect(events.filter(({ type }) => type === 'warning')).toEqual([])
})

test('a native interpreter that is damaged is made anew', async () => {
  const cacheDir = await temporaryDirectory()
  {
    await using rvr = await Rvr.create({ cacheDir, remote: false, ...quickly() })
    await (await rvr.load(fixture('fibonacci'))).interpretNatively('pure')
  }
  const [file] = librariesIn(cacheDir) as [string]
  chmodSync(file, 0o600)
  writeFileSync(file, 'no library')
  await using rvr = await Rvr.create({ cacheDir, remote: false, ...quickly() })
  const guest = await rvr.load(fixture('fibonacci'))
  // What is found damaged is not started in; the run begins in the reference interpreter.
  using run = await runShortly(await guest.tiered('metered-cost'))
  expect([run.outcome, run.engine]).toEqual(['terminated', 'interp'])
  const again = await guest.interpretNatively('pure')
  using native = await again.execute(short)
  expect([again.cache.outcome, native.outcome, native.engine]).toEqual(['miss', 'terminated', 'native-interp'])
})

test('two that need it at once make it once', async () => {
  const cacheDir = await temporaryDirectory()
  await using a = await Rvr.create({ cacheDir, remote: false, ...quickly() })
  await using b = await Rvr.create({ cacheDir, remote: false, ...quickly() })
  const outcomes = await Promise.all(
    [a, b].map(async rvr => (await (await rvr.load(fixture('fibonacci'))).interpretNatively('pure')).cache.outcome),
  )
  expect(outcomes.toSorted()).toEqual(['hit', 'miss'])
  expect((await a.cache.stats())['build']).toBe(1)
})

test('where nothing can be stored it works all the same', async () => {
  const cacheDir = await scratch()
  const tiny = join(cacheDir, 'tiny')
  await using rvr = await Rvr.create({ cacheDir: tiny, cacheMaxBytes: 1, remote: false, ...quickly() })
  const guest = await rvr.load(fixture('fibonacci'))
  using run = await (await guest.interpretNatively('metered')).execute(short)
  expect([run.outcome, run.engine]).toEqual(['terminated', 'native-interp'])
  await using off = await Rvr.create({ cacheDir: false, ...quickly() })
  using other = await (await (await off.load(fixture('fibonacci'))).interpretNatively('metered')).execute(short)
  expect([other.instret, other.cost]).toEqual([run.instret, run.cost])
})

test('what a compile takes is learnt from those in the cache, by mode', () => {
  const entry = (mode: string, slots: number, compileMs: number) => ({ mode, slots, compileMs })
  const known = [entry('pure', 100_000, 20_400), entry('pure', 50_000, 10_400), entry('metered', 10_000, 9000)]
  expect(slotMs(known, 'pure')).toBeCloseTo(0.2)
  expect(slotMs(known, 'metered')).toBeCloseTo(0.86)
  // Nothing that tells: too small, or from before slots were written down.
  const unknown = slotMs([], 'pure')
  expect(slotMs([entry('pure', 100, 5000), { mode: 'pure', compileMs: 3000 }], 'pure')).toBe(unknown)
})

test('a tier adds up how long runs have executed, and tells nobody of engines who has gone', async () => {
  const tier = new Tier()
  const controller = new AbortController()
  const never = new AbortController()
  let waited = false
  const waiting = tier.ranFor(30, never.signal).then(() => (waited = true))
  await new Promise(resolve => setTimeout(resolve, 40))
  // Nothing has run.
  expect([waited, tier.ranMs]).toEqual([false, 0])
  const running = tier.running()
  await waiting
  running[Symbol.dispose]()
  const ran = tier.ranMs
  expect(ran).toBeGreaterThanOrEqual(29)
  await new Promise(resolve => setTimeout(resolve, 5))
  expect(tier.ranMs).toBe(ran)
  const heard: unknown[] = []
  tier.watch(engine => heard.push(engine), controller.signal)
  controller.abort()
  tier.end()
  expect([heard, tier.isFinal({ engine: 'interp' })]).toEqual([[], true])
  await tier.ranFor(1e9, AbortSignal.abort())
})
