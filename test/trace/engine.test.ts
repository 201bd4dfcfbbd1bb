/** The trace engine fills the tables that the reference fills, cell by cell, of whole segments. */
import { describe, expect, test } from 'vitest'
import { u64, type ExecuteOptions, type SegmentCheck, type SegmentTrace, type TracesOptions } from '../../src/index.ts'
import { randomAccesses } from '../metering/access-guest.ts'
import { fixtures, type Subject } from '../metering/guests.ts'
import { useRvr } from '../run/support.ts'
import { isExhaustive, sample } from '../support/exhaustive.ts'
import { anyInstructions } from './any-instructions.ts'
import { contentsOf, expectHonestRun, planned } from './support.ts'

const host = useRvr('shared', 'quick')

async function contents(subject: Subject, options: ExecuteOptions, traces: TracesOptions): Promise<unknown[]> {
  const { guest, run } = await planned(host.rvr, subject, options)
  if (traces.filler === 'engine') await expectHonestRun(guest, run, subject.name, traces)
  return contentsOf(run, traces)
}

describe.each([32, 64] as const)('RV%i', xlen => {
  const named = (name: string) => fixtures(xlen).find(each => each.name === name)!
  const made = (name: string, elf: Uint8Array): Subject => ({ name, xlen, abi: 'openvm', elf, options: {} })
  const segments = { segmentLimits: { maxTraceHeight: 1024 } }

  const cases: readonly (readonly [string, Subject, ExecuteOptions])[] = [
    ['echo', named('echo'), {}],
    ['fibonacci in segments', named('fibonacci'), { inputs: [u64(400)], ...segments }],
    ['fibonacci stopped on the way', named('fibonacci'), { maxInstructions: 60 }],
    ['instructions of all kinds', made('any', anyInstructions(xlen, 11, 600)), {}],
    [
      'accesses of all widths',
      made('accesses', randomAccesses(xlen, 7, 4)),
      { maxInstructions: xlen === 64 ? 3000 : 18 },
    ],
  ]

  test.each(sample(cases, xlen / 32))('%s', async (_name, subject, options) => {
    const wanted = await contents(subject, options, { filler: 'reference' })
    expect(await contents(subject, options, { filler: 'engine' })).toEqual(wanted)
    expect(await contents(subject, options, { filler: 'engine', threads: 3, fragment: 7 })).toEqual(wanted)
  })

  test.runIf(xlen === 64 || isExhaustive)('whatever records it', async () => {
    const subject = named('fibonacci')
    const options = { inputs: [u64(400)], ...segments }
    const { guest } = await planned(host.rvr, subject, options)
    const wanted = await contents(subject, options, { filler: 'engine', artifact: guest.interpret('preflight') })
    const artifact = await guest.compile('preflight')
    expect(await contents(subject, options, { filler: 'engine', artifact })).toEqual(wanted)
  })

  test.runIf(xlen === 32 || isExhaustive)(
    'what is wrong is told with the instruction it comes from, when the run has gone on or ended',
    async () => {
      const { run } = await planned(host.rvr, named('fibonacci'), { inputs: [u64(400)], ...segments })
      const traces: SegmentTrace[] = []
      for await (const trace of run.traces({ filler: 'engine' })) traces.push(trace)
      for (const [index, trace] of traces.entries()) {
        const table = trace.chips.find(({ name }) => name === 'BranchEqual' || name === 'Rv32BranchEqual')!
        const { cells, columns } = trace.matrix(table.name)
        const row = Math.floor(table.rows / 2)
        cells[row * columns.length + columns.indexOf('ts')]! += 1
        const { passed, failures } = await trace.check()
        expect([index, passed]).toEqual([index, false])
        const told = failures.flatMap(failure => (failure.kind === 'message' ? failure.parties : []))
        const own = told.find(party => party.air === table.name && party.row === row)
        expect(own?.instruction).toMatchObject({ text: expect.stringMatching(/^b/), symbol: expect.any(String) })
        const { instret } = own!.instruction!
        expect(instret).toBeGreaterThanOrEqual(trace.instretStart)
        expect(instret).toBeLessThan(trace.instretStart + trace.instructions)
        trace.dispose()
        expect(() => trace.matrix(table.name)).toThrow(expect.objectContaining({ code: 'DISPOSED' }))
      }
    },
  )

  test.runIf(xlen === 64 || isExhaustive)(
    'a trace may be disposed while it is checked: its memory stays until then',
    async () => {
      const { run } = await planned(host.rvr, named('fibonacci'), { inputs: [u64(400)], ...segments })
      const checks: Promise<SegmentCheck>[] = []
      for await (const trace of run.traces({ filler: 'engine' })) {
        checks.push(trace.check())
        const { cells } = trace.matrix(trace.chips[0]!.name)
        trace.dispose()
        expect(cells.length).toBeGreaterThan(0)
      }
      for (const check of await Promise.all(checks)) expect(check).toMatchObject({ passed: true, failureCount: 0 })
    },
  )
})
