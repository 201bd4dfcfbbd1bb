/** Runs that were suspended, saved or stopped have the traces of a run that never was; each segment alone too. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { u64, type Run } from '../../src/index.ts'
import { fixture, useRvr } from '../run/support.ts'
import { sample } from '../support/exhaustive.ts'
import { contentsOf, expectHonestRun } from './support.ts'

const host = useRvr('shared', 'quick')
const directory = mkdtempSync(join(tmpdir(), 'rvr-resumed-'))
afterAll(() => rmSync(directory, { recursive: true }))

const options = { inputs: [u64(400)], segmentLimits: { maxTraceHeight: 1024 } }

describe.each([32, 64] as const)('RV%i', xlen => {
  const begun = async () => {
    const guest = await host.rvr.load(fixture('fibonacci', xlen))
    const traces = { filler: 'engine', artifact: guest.interpret('preflight') } as const
    const artifact = guest.interpret('metered')
    const run = await artifact.execute(options)
    return { guest, artifact, traces, run, wanted: await contentsOf(run, traces) }
  }

  test('suspended after every few instructions, and saved on the way', async () => {
    const { artifact, traces, run, wanted } = await begun()
    expect(wanted.length).toBeGreaterThan(1)
    // The widths share the lengths.
    for (const step of sample([1, 97, 700], xlen / 32)) {
      let current: Run = await artifact.execute({ ...options, maxInstructions: step })
      for (let stops = 0; current.outcome === 'suspended'; stops++) {
        const rest = stops < 5 ? { maxInstructions: step } : {}
        if (stops === 2) {
          const file = await current.save(join(directory, `${xlen}-${step}`))
          current = await artifact.resumeFrom(file, rest)
        } else current = await current.resume(rest)
      }
      expect(current.segments).toEqual(run.segments)
      expect(await contentsOf(current, traces)).toEqual(wanted)
    }
  })

  test('stopped in the middle, and traced before they go on', async () => {
    const { guest, artifact, traces, run, wanted } = await begun()
    const stopped = await artifact.execute({ ...options, maxInstructions: Number(run.instret) - 5 })
    expect(stopped.segments.length).toBeGreaterThan(0)
    expect(await expectHonestRun(guest, stopped, 'fibonacci', traces)).toBe(stopped.segments.length + 1)
    expect((await contentsOf(stopped, traces))[0]).toEqual(wanted[0])
    const ended = await stopped.resume()
    expect(await contentsOf(ended, { ...traces, fragment: 13, threads: 8 })).toEqual(wanted)
    for (const segment of sample([...wanted.keys()], xlen / 32))
      expect(await contentsOf(ended, { ...traces, segment, fragment: 7 })).toEqual([wanted[segment]])
  })
})
