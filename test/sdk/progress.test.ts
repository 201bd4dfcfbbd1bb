/** Long runs say how far they are, in native code and in the interpreter, and are the same runs as without that. */
import { describe, expect, test } from 'vitest'
import { Rvr, u64, type RvrEvent } from '../../src/index.ts'
import {
  artifactOf,
  endless,
  engines,
  errorOf,
  expectSame,
  fixture,
  modeNames,
  program,
  useRvr,
} from '../run/support.ts'

const host = useRvr('shared', 'quick')

describe.each(engines)('%s', engine => {
  test.each(modeNames)('mode %s: instructions since the start of the guest, which grow', async mode => {
    const artifact = await artifactOf(await host.rvr.load(program(64, endless['loads and stores']!)), mode, engine)
    const run = await artifact.execute({ maxInstructions: 1000 })
    const controller = new AbortController()
    const seen: (RvrEvent & { type: 'progress' })[] = []
    run.dispose()
    const onEvent = (event: RvrEvent): void => {
      if (event.type !== 'progress') return
      seen.push(event)
      // A busy machine may be asked twice before it executes anything.
      if (seen.length >= 4 && event.instructions > seen[0]!.instructions) controller.abort()
    }
    expect(await errorOf(artifact.execute({ onEvent, progressMs: 2, signal: controller.signal }))).toMatchObject({
      code: 'ABORTED',
    })
    for (const [index, { instructions, perSecond }] of seen.slice(1).entries()) {
      const grown = instructions - seen[index]!.instructions
      expect(grown).toBeGreaterThanOrEqual(0n)
      expect(perSecond > 0).toBe(grown > 0n)
    }
  })

  test('a run that is asked again and again ends in the same state', async () => {
    const guest = await host.rvr.load(fixture('fibonacci', 64))
    for (const mode of modeNames) {
      const artifact = await artifactOf(guest, mode, engine)
      const inputs = [u64(100_000)]
      using run = await artifact.execute({ inputs, progressMs: 1, onEvent: () => {} })
      using wanted = await artifact.execute({ inputs })
      expectSame(run, wanted)
      expect(run.segments).toEqual(wanted.segments)
      expect(run.profile?.counts).toEqual(wanted.profile?.counts)
    }
  })
})

test("a resumed run goes on counting; the Rvr's receiver hears of runs that have none of their own", async () => {
  const counts: bigint[] = []
  await using rvr = await Rvr.create({
    cacheDir: false,
    onEvent: event => {
      if (event.type === 'progress') counts.push(event.instructions)
    },
  })
  const controller = new AbortController()
  const first = await (
    await rvr.load(program(64, endless['a jump to itself']!))
  )
    .interpret('pure')
    .execute({ maxInstructions: 2_000_000, progressMs: 1 })
  const before = counts.length
  const ended = errorOf(first.resume({ signal: controller.signal }))
  while (counts.length < before + 2)
    await new Promise(resolve => {
      setTimeout(resolve, 1)
    })
  controller.abort()
  expect(await ended).toMatchObject({ code: 'ABORTED' })
  expect(counts.slice(before).every(count => count >= 2_000_000n)).toBe(true)
})

test('the rate of a stretch does not count earlier instructions', async () => {
  const artifact = (await host.rvr.load(program(64, endless['a jump to itself']!))).interpret('pure')
  const first = await artifact.execute({ maxInstructions: 1000 })
  using second = await first.resume({ maxInstructions: 10 })
  expect([first.instret, first.executed, second.instret, second.executed]).toEqual([1000n, 1000n, 1010n, 10n])
})
