/** Traces that somebody gives up: at any moment, in any order, with their Rvr; and tables that are looked at meanwhile. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { Rvr, u64, type Artifact, type Run, type SegmentTrace, type TracesOptions } from '../../src/index.ts'
import { WorkerPool } from '../../src/run/pool.ts'
import { fixture, quickly } from '../run/support.ts'
import { randomSource } from '../support/random.ts'
import { contentOf, contentsOf } from './support.ts'

const directory = mkdtempSync(join(tmpdir(), 'rvr-endings-'))
const pool = new WorkerPool(2)
afterAll(() => rmSync(directory, { recursive: true }))

/** A run of several segments, and what records it. */
async function begun(rvr: Rvr): Promise<{ readonly run: Run; readonly artifact: Artifact }> {
  const guest = await rvr.load(fixture('fibonacci', 64))
  const options = { inputs: [u64(4000)], segmentLimits: { maxTraceHeight: 4096 } }
  const artifact = await guest.interpretNatively('preflight')
  return { run: await guest.interpret('metered').execute(options), artifact }
}

let rvr: Rvr
let run: Run
let engine: TracesOptions
let wanted: ReturnType<typeof contentOf>[]
beforeAll(async () => {
  rvr = await Rvr.create({ cacheDir: inject('sharedCache'), ...quickly(), pool })
  const { run: found, artifact } = await begun(rvr)
  run = found
  engine = { filler: 'engine', artifact }
  wanted = await contentsOf(run, engine)
  expect(wanted.length).toBeGreaterThan(2)
})
afterAll(() => rvr.dispose())

/** All segments; those that are in memory yet. */
async function allOf(traced: Run, options: TracesOptions): Promise<SegmentTrace[]> {
  const traces: SegmentTrace[] = []
  for await (const trace of traced.traces(options)) traces.push(trace)
  return traces
}

test('aborted at any moment: what comes next is not touched by it', async () => {
  const random = randomSource(7)
  const begin = performance.now()
  await allOf(run, engine)
  const took = performance.now() - begin
  const codes = new Set<string | undefined>()
  for (let round = 0; round < 10; round++) {
    const aborting = new AbortController()
    const { signal } = aborting
    const timer = setTimeout(() => aborting.abort(new Error('enough')), random(1000) * 0.001 * took)
    const through = async (): Promise<void> => {
      for await (const trace of run.traces({ ...engine, signal, fragment: 500 })) {
        using segment = trace
        await segment.check({ signal })
      }
    }
    const failure = await through().then(
      () => undefined,
      (error: unknown) => error as { code: string; cause?: Error },
    )
    clearTimeout(timer)
    codes.add(failure?.code)
    if (failure !== undefined) expect(failure).toMatchObject({ code: 'ABORTED', cause: { message: 'enough' } })
  }
  expect(codes).toContain('ABORTED')
  expect(await contentsOf(run, engine)).toEqual(wanted)
})

test('left in the middle, and disposed of in any order', async () => {
  const { created, reused } = pool.instances
  for await (const trace of run.traces(engine)) {
    expect(contentOf(trace)).toEqual(wanted[0])
    break
  }
  const traces = await allOf(run, engine)
  // One guest each, whatever was left of it.
  expect(pool.instances.created + pool.instances.reused - created - reused).toBe(2)
  for (const index of [1, 0, ...wanted.keys()]) {
    traces[index]!.dispose()
    expect(() => traces[index]!.matrix('AddI')).toThrow(expect.objectContaining({ code: 'DISPOSED' }))
    const kept = traces.findLastIndex((_, at) => at > index)
    if (kept > 1) expect(contentOf(traces[kept]!)).toEqual(wanted[kept])
  }
})

test('disposed of while it is checked or saved: the memory goes back behind that', async () => {
  const disposed = expect.objectContaining({ code: 'DISPOSED', message: 'this trace has been disposed' })
  const uses = [
    async (trace: SegmentTrace) => (await trace.check({ threads: 2 })).passed,
    (trace: SegmentTrace) => trace.save(join(directory, 'segment')),
    (trace: SegmentTrace) => trace.saveRecording(join(directory, 'recording'), { memory: false }),
  ]
  for (const use of uses) {
    for (const ms of [0, 2]) {
      const [trace] = await allOf(run, { ...engine, segment: 1 })
      const { cells } = trace!.matrix('AddI')
      const wantedEnd = ms === 0 ? undefined : await use(trace!)
      const ended = use(trace!).catch((error: unknown) => error)
      if (ms > 0) await sleep(ms)
      trace!.dispose()
      // What begins by loading code may not have begun yet.
      if (ms === 0) expect([true, expect.stringContaining(directory), disposed]).toContainEqual(await ended)
      else expect(await ended).toEqual(wantedEnd)
      await sleep(0)
      expect(cells.length).toBe(0)
      await expect(use(trace!)).rejects.toEqual(disposed)
    }
  }
})

test('their Rvr is disposed of meanwhile', async () => {
  for (const ms of [0, 100]) {
    const own = await Rvr.create({ cacheDir: inject('sharedCache'), ...quickly() })
    const { run: traced, artifact } = await begun(own)
    const traces: SegmentTrace[] = []
    const through = async (): Promise<void> => {
      for await (const trace of traced.traces({ ...engine, artifact })) {
        traces.push(trace)
        if (traces.length > 1) continue
        void sleep(ms).then(() => own.dispose())
      }
    }
    const ended = await through().then(
      () => undefined,
      (error: unknown) => error,
    )
    await own.dispose()
    if (ended !== undefined) expect(ended).toMatchObject({ code: 'DISPOSED' })
    // What has been handed out is its owner's.
    for (const [index, trace] of traces.entries()) {
      expect(contentOf(trace)).toEqual(wanted[index])
      expect(await trace.check()).toMatchObject({ passed: true })
      trace.matrix('AddI').cells[3]! += 1
      expect(await trace.check()).toMatchObject({ passed: false })
      trace.dispose()
    }
    await expect(traced.traces({ ...engine, artifact }).next()).rejects.toMatchObject({ code: 'DISPOSED' })
  }
})
