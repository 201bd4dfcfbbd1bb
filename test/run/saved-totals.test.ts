/** A run that is saved and resumed any number of times, in either engine, equals one that was never stopped. */
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { utf8, type Artifact, type ExecuteOptions, type Guest, type Run } from '../../src/index.ts'
import { isExhaustive, sample } from '../support/exhaustive.ts'
import { randomSource } from '../support/random.ts'
import { busyGuest, busyOptions, expectEqual, nextLimits, printer, useDirectory } from './saved-support.ts'
import { artifactOf, engines, fixture, modeNames, useRvr, widths } from './support.ts'

const host = useRvr('shared', 'quick')
const directory = useDirectory()
/** Tight, so that most checks may cut and many do. */
const LIMITS = [{ maxTraceHeight: 512 }, { maxTraceHeight: 2048 }, { maxInteractions: 1_520_000 }] as const

interface Subject {
  readonly name: string
  readonly load: (xlen: 32 | 64) => Promise<Guest>
  readonly options: ExecuteOptions
}
const linux = (name: string, options: ExecuteOptions): Subject => ({
  name,
  load: xlen => host.rvr.load(fixture(name, xlen), { abi: 'linux' }),
  options,
})
const subjects: readonly Subject[] = [
  {
    name: 'inputs, hints, random words, prints and public values',
    load: xlen => host.rvr.load(busyGuest(xlen)),
    options: busyOptions,
  },
  linux('printf', { args: ['printf', 'one', 'two'], inputs: [utf8('standard input\n'), utf8('and more\n')] }),
  linux('bench-hashmap', { args: ['hashmap', '1'] }),
]
/** Longer guests are followed to here. */
const MOST = isExhaustive ? 15_000n : 9000n

/** What a run that is opened again knows nothing of: what stopped it, and who executed how much of it before. */
const ignored = { stopCause: 0, timing: 0, memory: 0, engine: 0, interpreted: 0, interpretedNatively: 0, executed: 0 }

/** Runs, saves and restores by turns in random engines until the end, or until `total` instructions. */
async function byTurns(
  artifacts: readonly Artifact[],
  options: ExecuteOptions,
  total: bigint,
  seed: number,
): Promise<{ run: Run; text: string; saves: number }> {
  const random = randomSource(seed)
  const { onPrint, text } = printer()
  // Saving takes the time: half of the run is followed in a few stretches.
  const longest = Math.ceil(Number(total) / (isExhaustive ? 4 : 2))
  const upTo = (limits: ReturnType<typeof nextLimits>, done: bigint): ReturnType<typeof nextLimits> => {
    const left = total - done
    const wanted = BigInt(limits.maxInstructions ?? left)
    return { ...limits, maxInstructions: wanted < left ? wanted : left }
  }
  const first = artifacts[random(artifacts.length)]!
  let run = await first.execute({ ...options, ...upTo(nextLimits(random, first, longest), 0n), onPrint })
  let saves = 0
  while (run.outcome === 'suspended' && run.instret < total) {
    const limits = upTo(nextLimits(random, first, longest), run.instret)
    if (random(3) === 0) {
      run = await run.resume(limits)
      continue
    }
    const file = await run.save(join(directory.path, `turns-${seed}`))
    const target = artifacts[random(artifacts.length)]!
    if (random(4) === 0) {
      using same = await target.resumeFrom(file, { maxInstructions: 0 })
      expect({ ...same, ...ignored }).toEqual({ ...run, ...ignored })
    }
    const next = await target.resumeFrom(file, { ...limits, onPrint })
    run.dispose()
    run = next
    saves++
  }
  return { run, text: text(), saves }
}

describe.each(widths)('RV%i', xlen => {
  // The widths share the modes that differ least.
  describe.each(modeNames.filter(mode => isExhaustive || mode === 'metered' || (mode === 'pure') === (xlen === 32)))(
    'mode %s',
    mode => {
      // They and the modes share the prebuilt guests; mode metered has most to save.
      const inTurn = sample(subjects.slice(1), modeNames.indexOf(mode) + xlen / 32)
      const shared = isExhaustive || mode === 'metered' ? inTurn : []
      test.each([subjects[0]!, ...shared])('$name', async ({ load, options: plain }) => {
        const guest = await load(xlen)
        const artifacts = await Promise.all(engines.map(engine => artifactOf(guest, mode, engine)))
        let saved = 0
        const limits = mode === 'metered' ? LIMITS : [undefined]
        for (const [index, segmentLimits] of limits.entries()) {
          // The widths share the limits.
          if (mode === 'metered' && !isExhaustive && index % 2 !== (xlen / 32) % 2) continue
          const options = segmentLimits === undefined ? plain : { ...plain, segmentLimits }
          const whole = printer()
          using wanted = await artifacts[0]!.execute({ ...options, maxInstructions: MOST, onPrint: whole.onPrint })
          const { run, text, saves } = await byTurns(artifacts, options, wanted.instret, index * 100 + xlen)
          saved += saves
          expect(text, `seed ${index * 100 + xlen}`).toBe(whole.text())
          expectEqual(run, wanted)
          run.dispose()
        }
        expect(saved).toBeGreaterThan(0)
      })
    },
  )
})

test('the limits cut the busy guest often, and differently', async () => {
  const artifact = await (await host.rvr.load(busyGuest(64))).compile('metered')
  const lengths = await Promise.all(
    LIMITS.map(async segmentLimits => {
      using run = await artifact.execute({ ...busyOptions, segmentLimits })
      expect(run).toMatchObject({ outcome: 'terminated', exitCode: 9 })
      return run.segments.length
    }),
  )
  for (const length of lengths) expect(length).toBeGreaterThan(5)
})
