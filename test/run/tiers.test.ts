/** Runs that begin in the interpreter and go on in native code: at exact places, across stops, and when a compile ends or fails. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { Artifact, Rvr, u64, type ExecuteOptions, type Guest, type Run } from '../../src/index.ts'
import type { RvrEvent } from '../../src/events.ts'
import { modeNamed } from '../../src/modes/registry.ts'
import { WorkerPool } from '../../src/run/pool.ts'
import { Tier } from '../../src/run/tier.ts'
import { compilerThat, librariesIn, place, until } from '../cli/e2e-support.ts'
import { busyGuest, busyOptions, expectEqual, printer, useDirectory } from './saved-support.ts'
import { endless, errorOf, factsOf, fixture, program, useRvr } from './support.ts'
import { useMoves } from './tier-support.ts'
import { LAST_MS } from '../../src/sdk/background.ts'
import { Lifetime } from '../../src/sdk/lifetime.ts'

const host = useRvr('own')
/** Where nobody looks for misses, and nothing runs for long. */
const quick = useRvr('shared', 'quick')
const movingAfter = useMoves()
const directory = useDirectory()
const LIMITS = { segmentLimits: { maxTraceHeight: 512 } }
const pool = new WorkerPool(2)
afterAll(() => pool.close())

/** An artifact that is interpreted and waits for what the tier brings. */
const waiting = ({ image, abi, machine }: Guest, tier: Tier): Artifact =>
  new Artifact({
    image,
    abi,
    machine,
    lifetime: new Lifetime(),
    mode: modeNamed('pure'),
    pool,
    engine: { engine: 'interp' },
    tier,
    cache: { outcome: 'off' },
    timing: {},
  })

describe('mode metered with many cuts', () => {
  const options: ExecuteOptions = { ...busyOptions, ...LIMITS }
  const stops = async (artifact: Artifact): Promise<Run[]> => {
    const runs: Run[] = []
    for (
      let run = await artifact.execute({ ...options, stopAtSegment: true });
      ;
      run = await run.resume({ stopAtSegment: true })
    ) {
      runs.push(run)
      if (run.outcome !== 'suspended') return runs
    }
  }
  const segmentFacts = (run: Run): object => ({ ...factsOf(run), segments: run.segments, open: run.openSegment })

  test('moves anywhere change nothing', async () => {
    const guest = await quick.rvr.load(busyGuest(64))
    const native = await guest.compile('metered')
    const text = printer()
    using whole = await native.execute({ ...options, onPrint: text.onPrint })
    const cut = BigInt(whole.segments[9]!.instretStart)
    // At the start, in the middle of intervals, at a cut, and behind one that has not been found yet.
    for (const after of [0n, 1n, 20_123n, cut, cut + 300n, whole.instret - 1n]) {
      const moved = printer()
      using run = await (await movingAfter(guest, native, after)).execute({ ...options, onPrint: moved.onPrint })
      expectEqual(run, whole)
      expect([moved.text(), run.engine, run.interpreted]).toEqual([text.text(), 'native', after])
    }
    const wanted = await stops(native)
    expect(wanted.length).toBeGreaterThan(10)
    const found = await stops(await movingAfter(guest, native, cut + 300n))
    expect(found.map(segmentFacts)).toEqual(wanted.map(segmentFacts))
    expect(found.at(-1)!.engine).toBe('native')
    found.at(-1)!.dispose()
    wanted.at(-1)!.dispose()
  })

  test('a run can be saved on either side of its move', async () => {
    const guest = await quick.rvr.load(busyGuest(64))
    const native = await guest.compile('metered')
    using whole = await native.execute(options)
    const moving = await movingAfter(guest, native, 20_123n)
    for (const stop of [20_000n, 20_123n, 20_500n]) {
      using run = await moving.execute({ ...options, maxInstructions: stop })
      expect([run.instret, run.engine]).toEqual([stop, stop > 20_123n ? 'native' : 'interp'])
      const { bytes } = run.memory
      expect(bytes).toBe(run.memory.bytes)
      using resumed = await native.resumeFrom(await run.save(join(directory.path, 'moving.run')))
      using here = await run.resume()
      expectEqual(resumed, whole)
      expectEqual(here, whole)
      expect(here.engine).toBe('native')
      // The memory of the earlier object goes on with the guest.
      expect(run.memory.bytes).toBe(here.memory.bytes)
    }
  })
})

test('limits of cost and instructions across a move', async () => {
  const guest = await quick.rvr.load(fixture('fibonacci', 32))
  const native = await guest.compile('metered-cost')
  const options = { inputs: [u64(5000)] }
  const moving = await movingAfter(guest, native, 3001n)
  for (const limits of [
    { maxInstructions: 3000 },
    { maxInstructions: 3001 },
    { maxInstructions: 3002 },
    { maxInstructions: 9999 },
    { maxCost: 50_000 },
    { maxCost: 500_000 },
    { maxCost: 500_000, maxInstructions: 7000 },
  ]) {
    using wanted = await native.execute({ ...options, ...limits })
    using found = await moving.execute({ ...options, ...limits })
    expect(factsOf(found)).toEqual(factsOf(wanted))
    expect(found.engine).toBe(found.instret > 3001n ? 'native' : 'interp')
    using end = await found.resume()
    using wantedEnd = await wanted.resume()
    expectEqual(end, wantedEnd)
    expect([end.engine, end.interpreted]).toEqual(['native', 3001n])
  }
})

describe('native code that is not there', () => {
  const loop = (): Promise<Guest> => host.rvr.load(program(64, endless['loads and stores']!))

  test('a deadline and an abort end the wait for it', async () => {
    const artifact = waiting(await loop(), new Tier(1000n))
    const run = await artifact.execute({ maxInstructions: 1000 })
    expect(run).toMatchObject({ outcome: 'suspended', instret: 1000n, engine: 'interp' })
    const late = await run.resume({ timeoutMs: 20 })
    expect(late).toMatchObject({ outcome: 'suspended', stopCause: 'timeout', instret: 1000n, engine: 'interp' })
    expect(await late.resume({ timeoutMs: 20 })).toMatchObject({ stopCause: 'timeout', instret: 1000n })
    const controller = new AbortController()
    const aborted = artifact.execute({ signal: controller.signal })
    setTimeout(() => controller.abort(), 50)
    expect((await errorOf(aborted)).code).toBe('ABORTED')
  })

  test('without it the interpreter goes on', async () => {
    const tier = new Tier(1000n)
    tier.end()
    const run = await waiting(await loop(), tier).execute({ maxInstructions: 5000 })
    expect(run).toMatchObject({ outcome: 'suspended', instret: 5000n, engine: 'interp', interpreted: 5000n })
  })
})

describe('guest.tiered', () => {
  /** Far more than the interpreter executes while a small guest is compiled. */
  const LONG = 4_000_000_000

  test('a miss starts interpreted and moves, a hit starts native', async () => {
    const guest = await host.rvr.load(program(64, endless['a jump to itself']!))
    const artifact = await guest.tiered('metered-cost')
    expect([artifact.engine, artifact.file, artifact.cache]).toEqual(['interp', undefined, { outcome: 'miss' }])
    using run = await artifact.execute({ maxInstructions: LONG })
    expect(run).toMatchObject({
      outcome: 'suspended',
      stopCause: 'instructions',
      instret: BigInt(LONG),
      engine: 'native',
    })
    expect(run.interpreted > 0n && run.interpreted < run.instret).toBe(true)
    expect(await artifact.compiled()).toBe(true)
    expect(artifact).toMatchObject({
      engine: 'native',
      file: expect.any(String),
      cache: { outcome: 'miss', key: expect.any(String) },
      timing: { compileMs: expect.any(Number) },
    })
    const again = await guest.tiered('metered-cost')
    expect(again).toMatchObject({ engine: 'native', cache: { outcome: 'hit', key: artifact.cache.key } })
    using short = await again.execute({ maxInstructions: 1000 })
    expect([short.engine, short.interpreted]).toEqual(['native', 0n])
  })

  test('a compile that fails is a warning, and the guest goes on', async () => {
    const at = place()
    const cc = compilerThat('echo "unit_000.c:1:2: error: this compiler is broken" >&2; exit 1', at)
    const warnings: (RvrEvent & { type: 'warning' })[] = []
    await using rvr = await Rvr.create({
      cacheDir: at.cache,
      cc,
      onEvent: event => void (event.type === 'warning' && warnings.push(event)),
    })
    const artifact = await (await rvr.load(program(64, endless['a jump to itself']!))).tiered('pure')
    const controller = new AbortController()
    const running = artifact.execute({ signal: controller.signal })
    await until('a warning', () => warnings.length > 0)
    expect([await artifact.compiled(), artifact.engine]).toEqual([false, 'interp'])
    expect(warnings.map(({ message }) => /no native (interpreter|code)/.exec(message)?.[1])).toEqual([
      'interpreter',
      'code',
    ])
    for (const { message, hint } of warnings) {
      expect(message).toContain('this compiler is broken')
      // The project is kept for a look.
      const kept = /kept in (\S+);/.exec(hint!)![1]!
      expect(readdirSync(kept)).toContain('Makefile')
      rmSync(kept, { recursive: true })
    }
    controller.abort()
    expect((await errorOf(running)).code).toBe('ABORTED')
    using run = await artifact.execute({ maxInstructions: 10 })
    expect(run.engine).toBe('interp')
  })

  /** What a native interpreter has at the end passes at once. */
  function hurry(): void {
    const { setTimeout: wait } = globalThis
    const spy = vi
      .spyOn(globalThis, 'setTimeout')
      .mockImplementation(((run: () => void, ms?: number) => wait(run, ms === LAST_MS ? 0 : ms)) as typeof setTimeout)
    onTestFinished(() => spy.mockRestore())
  }

  test('the compile ends with its Rvr, and no compiler is left', async () => {
    hurry()
    const at = place()
    const noted = join(at.directory, 'pids')
    const cc = compilerThat(`echo $$ >>${noted}; sleep 60 & echo $! >>${noted}; wait`, at)
    const pids = (): string[] => (existsSync(noted) ? readFileSync(noted, 'utf8').trim().split('\n') : [])
    const warnings: RvrEvent[] = []
    const rvr = await Rvr.create({
      cacheDir: at.cache,
      cc,
      onEvent: event => {
        if (event.type === 'warning') warnings.push(event)
      },
    })
    const artifact = await (await rvr.load(program(64, endless['a jump to itself']!))).tiered('pure')
    const running = errorOf(artifact.execute())
    await until('a compiler', () => pids().length >= 2)
    await rvr.dispose()
    expect((await running).code).toBe('DISPOSED')
    expect(await artifact.compiled()).toBe(false)
    await until(
      'the end of the compilers',
      () =>
        !pids().some(
          pid => existsSync(`/proc/${pid}`) && !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'latin1')),
        ),
    )
    expect([librariesIn(at.cache), warnings]).toEqual([[], []])
  })

  test('where nothing can compile it says so at once', async () => {
    await using rvr = await Rvr.create({ cacheDir: false, cc: '/no/such/cc' })
    const guest = await rvr.load(fixture('fibonacci', 64))
    expect((await errorOf(guest.tiered('pure'))).code).toBe('TOOLCHAIN_MISSING')
  })
})
