/** `rvr trace`: files of tables and recordings, who fills them, and, as a process, Ctrl-C at any moment. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, inject, test } from 'vitest'
import { readArchive } from '../../src/archive/read.ts'
import { sample } from '../support/exhaustive.ts'
import { cli, compilerThat, expectEnd, expectFailure, fixture, jsonOf, place, start, until } from './e2e-support.ts'
import { inProcess } from './in-process.ts'

const at = place()
const cache = inject('sharedCache')
const guest = fixture('fibonacci')
const cut = ['--input', 'u64:3000', '--max-trace-height', '4096']
const to = (name: string): string => join(at.directory, name)
const traceApart = (...args: string[]) => cli(at, ['trace', guest, ...args], { cache })
const trace = (...args: string[]) => inProcess(['trace', guest, ...args])

/** Comparing them cell by cell would take a minute. */
const isSame = (file: string, other: string): boolean => readFileSync(file).equals(readFileSync(other))

/** The first trace on a machine waits for the trace engine. */
beforeAll(async () => {
  expectEnd(await trace(...cut, '--recording', '-o', to('recorded')), 0)
  expectEnd(await traceApart(...cut, '-o', to('made/here')), 0)
}, 600_000)

test('tables and recordings of all segments go to a directory, which is made', async () => {
  const names = readdirSync(to('made/here')).sort()
  expect(names).toEqual(['0.segment', '1.segment', '2.segment'])
  expect(readdirSync(to('recorded')).sort()).toEqual(['0.fragments', '1.fragments', '2.fragments'])
  mkdirSync(to('there'))
  const result = await trace(...cut, '--segment', '1', '--check', '-o', to('there'), '--json', '--threads', '1')
  expectEnd(result, 0)
  const file = to('there/1.segment')
  expect(jsonOf(result)).toMatchObject({
    passed: true,
    segments: [{ index: 1, filledBy: 'engine', missing: [], file }],
  })
  expect(isSame(file, to('made/here/1.segment'))).toBe(true)
})

test('one segment goes to a file, and a recording is filled to the same', async () => {
  const one = await trace(...cut, '--segment', '2', '-o', to('two'), '--fragment', '100', '-q')
  expect(one.stdout).toMatch(
    /^recorded +in .+\nfilled +.+, by the trace engine\nwritten +.+\/two in .+\nbelow bounds +/m,
  )
  expect(one.stdout).toMatch(/^without AIR +KeccakfOp, /m)
  const filled = await traceApart('--from', to('recorded/2.fragments'), '--check', '-o', to('filled'), '--json')
  expectEnd(filled, 0)
  const [segment] = jsonOf(filled).segments
  expect(segment).toMatchObject({ index: 2, check: { passed: true }, timing: { writeMs: expect.any(Number) } })
  expect(segment.chips[0]).not.toHaveProperty('predicted')
  for (const name of ['two', 'filled']) expect(isSame(to(name), to('made/here/2.segment'))).toBe(true)
})

test('the reference fills the same, and records nothing', async () => {
  const few = ['--input', 'u64:5', '--tier', 'interp', '-o', to('by-reference')]
  const result = await trace(...few, '--segment', 'all', '--check', '--json')
  expect(jsonOf(result)).toMatchObject({ passed: true, segments: [{ filledBy: 'reference' }] })
  expectEnd(await trace('--input', 'u64:5', '--segment', '0', '-o', to('by-engine')), 0)
  expect(isSame(to('by-reference/0.segment'), to('by-engine'))).toBe(true)
  expectFailure(await trace(...few, '--recording'), 2, 'which records nothing')
})

test('without a compiler the reference takes over, with a warning', async () => {
  const nowhere = { PATH: '/nowhere', RVR_CC: undefined }
  const result = await inProcess(['trace', guest, '--input', 'u64:3', '--json'], nowhere)
  expect(result.stderr).toMatch(/^rvr: warning: .+; filling in the reference, /m)
  expect(jsonOf(result)).toMatchObject({ segments: [{ filledBy: 'reference' }] })
})

test('what cannot be', async () => {
  writeFileSync(to('file'), '')
  expectFailure(await trace(...cut, '-o', to('file')), 2, 'no directory', '--segment')
  expectFailure(await trace(...cut, '--recording'), 2, '-o DIR')
  const from = ['--from', to('recorded/0.fragments')]
  expect((await trace(...from, '--input', 'u64:1')).status).toBe(2)
  expect((await trace(...from, '--segment', '1')).status).toBe(2)
  expectFailure(await trace('--from', to('made/here/0.segment')), 5, 'fragments')
  expectFailure(await inProcess(['trace', fixture('echo'), ...from]), 5, 'another guest')
  expectFailure(await trace(...from, '--max-trace-memory', '1MiB'), 2, 'are allowed')
  const damaged = readFileSync(to('recorded/0.fragments'))
  damaged[damaged.length - 1]! ^= 1
  writeFileSync(to('damaged'), damaged)
  expectFailure(await trace('--from', to('damaged'), '-o', to('never')), 5)
  expect(existsSync(to('never'))).toBe(false)
})

test.each(sample(['recorded', 'filled', 'checked', 'written'], 1, 2))(
  'Ctrl-C when a segment has been %s',
  async state => {
    const directory = to(`stopped-${state}`)
    const args = ['--input', 'u64:200000', '--max-trace-height', '65536', '--check', '-o', directory, '-v', '--json']
    const running = start(at, ['trace', guest, ...args], { cache })
    await running.said(`segment 0 ${state}`)
    running.process.kill('SIGINT')
    const result = await running.result
    expect(result).toMatchObject({ status: 130, stderr: expect.stringMatching(/^rvr: error: .+/m) })
    const names = readdirSync(directory)
    expect(names.length).toBeLessThan(3)
    for (const name of names) expect(await readArchive(join(directory, name))).toMatchObject({ content: 'segment' })
  },
)

test('Ctrl-C while the trace engine is compiled ends the compilers', async () => {
  const own = place()
  const noted = join(own.directory, 'pids')
  const cc = compilerThat(`echo $$ >>${noted}; sleep 86400 & echo $! >>${noted}; wait`, own)
  const running = start(own, ['trace', guest, '--from', to('recorded/0.fragments'), '--cc', cc])
  const pids = (): string[] => (existsSync(noted) ? readFileSync(noted, 'utf8').trim().split('\n') : [])
  await until('a compiler', () => pids().length >= 2)
  running.process.kill('SIGINT')
  expect(await running.result).toMatchObject({ status: 130 })
  const isAlive = (pid: string): boolean =>
    existsSync(`/proc/${pid}/stat`) && !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  await until('its end', () => !pids().some(isAlive))
})
