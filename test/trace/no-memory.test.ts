/** Less virtual memory than a trace takes: an error that says so, in a process that goes on and fills it later. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { expect, inject, test } from 'vitest'
import { u64 } from '../../src/index.ts'
import { shippedAirs } from '../../src/air/load.ts'
import { defaultMachine } from '../../src/machine/machine.ts'
import { checkSize } from '../../src/sdk/traces/plan.ts'
import type { EngineGuest, TraceEngine } from '../../src/trace/native/engine.ts'
import { NO_MEMORY } from '../../src/trace/native/failures.ts'
import type { MatrixPlan } from '../../src/trace/native/matrices.ts'
import { SpareMemory } from '../../src/trace/native/spare-memory.ts'
import { stitch } from '../../src/trace/native/stitch.ts'
import { fixtures } from '../metering/guests.ts'
import { fixture, useRvr, quickly } from '../run/support.ts'
import { planned } from './support.ts'

const host = useRvr('shared', 'quick')
const prlimit = '/usr/bin/prlimit'

/** Fills the first segment with so many MiB of virtual memory more than the process has, then with all that there is. */
const script = (limits: readonly number[]): string => `
  import { execFileSync } from 'node:child_process'
  import { readFileSync } from 'node:fs'
  import { Rvr, u64 } from ${JSON.stringify(new URL('../../src/index.ts', import.meta.url).pathname)}
  const rvr = await Rvr.create(${JSON.stringify({ cacheDir: inject('sharedCache'), ...quickly() })})
  const guest = await rvr.load(${JSON.stringify(fixture('fibonacci', 64))})
  const run = await guest.interpret('metered').execute({ inputs: [u64(2000)] })
  const artifact = guest.interpret('preflight')
  const options = { filler: 'engine', artifact, threads: 2, fragment: 1000 }
  const first = async () => {
    for await (const trace of run.traces(options)) {
      const { passed } = await trace.check({ threads: 2 })
      trace.dispose()
      return passed
    }
  }
  const limited = limit => execFileSync(${JSON.stringify(prlimit)}, ['--pid', process.pid, '--as=' + limit + ':'])
  const ends = [await first()]
  for (const mebibytes of ${JSON.stringify(limits)}) {
    const size = 1024 * Number(/VmSize:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1])
    limited(size + mebibytes * 2 ** 20)
    ends.push(await first().catch(error => error.name + ' ' + error.code + ': ' + error.message))
    limited('unlimited')
  }
  ends.push(await first())
  console.log(JSON.stringify(ends))
  await rvr.dispose()`

test.runIf(existsSync(prlimit))('limits on virtual memory', async () => {
  const { run } = await planned(host.rvr, fixtures(64)[0]!, { inputs: [u64(10)] })
  // The engine is made here, whatever it takes.
  for await (const trace of run.traces({ filler: 'engine' })) trace.dispose()
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', script([300, 900, 1700, 2400, 3000])],
    { encoding: 'utf8' },
  )
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  const ends = JSON.parse(stdout) as unknown[]
  expect(ends[0]).toBe(true)
  expect(ends.at(-1)).toBe(true)
  for (const end of ends)
    expect(String(end)).toMatch(
      /^(true|RvrError INTERNAL: the host has no (memory|room) for .*|RvrError USAGE: the hashes .*)$/,
    )
})

test('tables that the host has no memory for, and threads that find none for their blocks', async () => {
  const none = { code: 'INTERNAL', message: expect.stringMatching(/^the host has no memory for/) as string }
  expect(() => new SpareMemory().take(2 ** 45)).toThrow(expect.objectContaining(none))
  const engine = { native: { stitch: async () => NO_MEMORY } } as unknown as TraceEngine
  const cells = new Uint32Array()
  const plan: MatrixPlan = { set: shippedAirs(64), places: [], cells: 0 }
  const stitched = stitch({ engine } as EngineGuest, { lists: new BigUint64Array(), histogram: cells, plan, cells })
  await expect(stitched).rejects.toMatchObject(none)
})

test('segments that need higher tables than there are, however much memory is allowed', () => {
  const machine = defaultMachine(64)
  const heights = machine.chips.map(({ name }) => (name === 'AddI' ? 2 ** 24 + 1 : 1))
  const planned = { index: 3, instretStart: 0, instructions: 1, heights }
  const size = (given: readonly number[], limit: number): void =>
    checkSize({ ...planned, heights: given }, shippedAirs(64), machine, limit)
  expect(() => size(heights, Infinity)).toThrow(
    expect.objectContaining({ code: 'UNPROVABLE', details: expect.objectContaining({ segment: 3, chip: 'AddI' }) }),
  )
  const low = heights.map(() => 1)
  expect(() => size(low, Infinity)).not.toThrow()
  expect(() => size(low, 1000)).toThrow(expect.objectContaining({ code: 'USAGE' }))
})
