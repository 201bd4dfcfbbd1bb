/** Deadlines and aborts end any guest within a bounded time, and the main thread goes on meanwhile. */
import { availableParallelism } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { isExhaustive } from '../support/exhaustive.ts'
import { PATIENCE_MS } from '../support/patience.ts'
import { artifactOf, endless, engines, errorOf, modeNames, program, useRvr, widths, type Engine } from './support.ts'

const host = useRvr()
const variants = engines.flatMap(engine => modeNames.map(mode => ({ engine, mode })))
const kinds = Object.keys(endless)

async function endlessGuest(kind: string, mode: string, engine: Engine, xlen: 32 | 64 = 64) {
  return artifactOf(await host.rvr.load(program(xlen, endless[kind]!)), mode, engine)
}

/** Guests, widths, modes and engines take turns: one in three is tried. */
const variantsOf = (kind: string, xlen: 32 | 64): typeof variants =>
  variants.filter(({ engine, mode }) => {
    const turn = kinds.indexOf(kind) + xlen / 32 + modeNames.indexOf(mode) + engines.indexOf(engine)
    return isExhaustive || turn % 3 === 0
  })

describe.each(kinds)('an endless guest: %s', kind => {
  test.each(widths.flatMap(xlen => variantsOf(kind, xlen).map(variant => ({ xlen, ...variant }))))(
    'stops at its deadline and can be resumed (RV$xlen, $mode, $engine)',
    async ({ xlen, mode, engine }) => {
      const artifact = await endlessGuest(kind, mode, engine, xlen)
      let first = await artifact.execute({ timeoutMs: 60 })
      expect(first).toMatchObject({ outcome: 'suspended', stopCause: 'timeout', exitCode: undefined, trap: undefined })
      // A busy host may need all of a deadline to start the guest.
      while (first.instret === 0n) first = await first.resume({ timeoutMs: 600 })
      const second = await first.resume({ maxInstructions: 12_345 })
      expect(second).toMatchObject({
        outcome: 'suspended',
        stopCause: 'instructions',
        instret: first.instret + 12_345n,
      })
      if (mode === 'metered-cost') expect(second.cost!).toBeGreaterThan(first.cost!)
      let third = await second.resume({ timeoutMs: 60 })
      expect(third.stopCause).toBe('timeout')
      while (third.instret === second.instret) third = await third.resume({ timeoutMs: 600 })
      third.dispose()
    },
  )

  test.each(variantsOf(kind, 64))('an abort rejects the call ($mode, $engine)', async ({ mode, engine }) => {
    const artifact = await endlessGuest(kind, mode, engine)
    const reason = new Error('enough')
    const controller = new AbortController()
    const running = errorOf(artifact.execute({ signal: controller.signal }))
    await sleep(30)
    controller.abort(reason)
    const error = await running
    expect(error).toMatchObject({ code: 'ABORTED', cause: reason })
    using next = await artifact.execute({ maxInstructions: 100 })
    expect(next.instret).toBe(100n)
  })
})

test('a deadline of no time at all executes nothing', async () => {
  using run = await (await endlessGuest(kinds[0]!, 'pure', 'native')).execute({ timeoutMs: 0 })
  expect(run).toMatchObject({ outcome: 'suspended', stopCause: 'timeout', instret: 0n })
})

test.each(engines)(
  'a signal of suspend stops as a deadline does, before the guest begins or while it runs (%s)',
  async engine => {
    const artifact = await endlessGuest(kinds[0]!, 'pure', engine)
    using early = await artifact.execute({ suspend: AbortSignal.abort() })
    expect(early).toMatchObject({ outcome: 'suspended', stopCause: 'request', executed: early.instret })
    const controller = new AbortController()
    const running = early.resume({ suspend: controller.signal })
    await sleep(30)
    controller.abort()
    using late = await running
    expect(late).toMatchObject({ outcome: 'suspended', stopCause: 'request', executed: late.instret - early.instret })
    using next = await late.resume({ maxInstructions: 10 })
    expect(next).toMatchObject({ stopCause: 'instructions', executed: 10n, instret: late.instret + 10n })
  },
)

test.each(engines)('a signal that has fired already lets nothing start (%s)', async engine => {
  const artifact = await endlessGuest(kinds[0]!, 'pure', engine)
  expect(await errorOf(artifact.execute({ signal: AbortSignal.abort() }))).toMatchObject({ code: 'ABORTED' })
  using run = await artifact.execute({ maxInstructions: 10 })
  expect(await errorOf(run.resume({ signal: AbortSignal.abort() }))).toMatchObject({ code: 'ABORTED' })
  // Nothing has run, so the run is still the newest.
  using resumed = await run.resume({ maxInstructions: 10 })
  expect(resumed.instret).toBe(20n)
})

test('a run that was aborted on the way cannot be resumed', async () => {
  using run = await (await endlessGuest(kinds[0]!, 'pure', 'native')).execute({ maxInstructions: 10 })
  expect(await errorOf(run.resume({ signal: AbortSignal.timeout(20) }))).toMatchObject({ code: 'ABORTED' })
  expect(await errorOf(run.resume({ maxInstructions: 1 }))).toMatchObject({ code: 'USAGE' })
})

test('a run that waits for a free processor can be aborted while it waits', async () => {
  const artifact = await endlessGuest(kinds[0]!, 'pure', 'native')
  const blocker = new AbortController()
  const waiter = new AbortController()
  const blocked = Array.from({ length: availableParallelism() }, () =>
    errorOf(artifact.execute({ signal: blocker.signal })),
  )
  const waiting = errorOf(artifact.execute({ signal: waiter.signal }))
  await sleep(30)
  waiter.abort()
  const winner = await Promise.race([waiting, sleep(PATIENCE_MS).then(() => 'still waiting')])
  blocker.abort()
  expect(winner).toMatchObject({ code: 'ABORTED' })
  for (const error of await Promise.all(blocked)) expect(error.code).toBe('ABORTED')
})

test.each(variants)('the event loop goes on while guests run ($mode, $engine)', async ({ mode, engine }) => {
  const artifact = await endlessGuest('loads and stores', mode, engine)
  let running = true
  let immediates = 0
  let timers = 0
  const tick = (): void => {
    immediates++
    if (running) setImmediate(tick)
  }
  tick()
  const timer = setInterval(() => {
    timers++
  }, 5)
  const runs = await Promise.all([1, 2].map(() => artifact.execute({ timeoutMs: 200 })))
  running = false
  clearInterval(timer)
  expect(immediates).toBeGreaterThan(10)
  expect(timers).toBeGreaterThan(0)
  for (const run of runs) run.dispose()
})

test('eight guests at once all get their turn', async () => {
  const artifact = await endlessGuest('calls and returns', 'metered-cost', 'native')
  const runs = await Promise.all(
    Array.from({ length: 8 }, (_, index) => artifact.execute({ maxInstructions: 1_000_000 + index })),
  )
  expect(runs.map(run => run.instret)).toEqual(Array.from({ length: 8 }, (_, index) => BigInt(1_000_000 + index)))
  for (const run of runs) run.dispose()
})
