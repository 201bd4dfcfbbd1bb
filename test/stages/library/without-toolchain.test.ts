/** A hit needs no toolchain: what is stored is found by what its manifest says of the one that made it, and nothing else is. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { Rvr, type RvrEvent, type RvrOptions } from '../../../src/index.ts'
import { compilers } from './keys/surroundings.ts'
import { fixture } from '../../e2e/support.ts'
import type { ModeName } from '../../../src/index.ts'

const cpu = vi.hoisted(() => ({ isOther: false }))
vi.mock('../../../src/toolchain/cpu-info.ts', async original => {
  const module = await original<typeof import('../../../src/toolchain/cpu-info.ts')>()
  return { ...module, hostCpu: () => (cpu.isOther ? { features: new Set(), identity: 'another' } : module.hostCpu()) }
})

const guest = fixture('fibonacci')
const mode = 'pure'
const tools = process.env['PATH']!
const cacheDir = mkdtempSync(join(tmpdir(), 'rvr-stored-'))
const programs = join(cacheDir, 'no-programs')

async function withRvr<T>(use: (rvr: Rvr, events: RvrEvent[]) => Promise<T>, options: RvrOptions = {}): Promise<T> {
  const events: RvrEvent[] = []
  await using rvr = await Rvr.create({ cacheDir, remote: false, onEvent: event => void events.push(event), ...options })
  return await use(rvr, events)
}
const compile = (options?: RvrOptions, wanted = mode) =>
  withRvr(async rvr => (await rvr.load(guest)).compile(wanted as ModeName), options)

beforeAll(async () => {
  mkdirSync(programs)
  for (const cc of new Set(['gcc', ...compilers])) await compile({ cc })
})
afterAll(() => rmSync(cacheDir, { recursive: true, force: true }))
beforeEach(() => {
  vi.stubEnv('PATH', programs)
  vi.stubEnv('RVR_CC', '')
})
afterEach(() => {
  vi.unstubAllEnvs()
  cpu.isOther = false
})

test('compile, tiered and explain find it, and say by what', async () => {
  await withRvr(async (rvr, events) => {
    const loaded = await rvr.load(guest)
    const found = {
      from: 'manifest',
      cc: expect.stringMatching(/^\//) as string,
      version: expect.stringMatching(/\d/) as string,
    }
    const artifact = await loaded.compile(mode)
    expect(artifact.cache).toEqual({
      outcome: 'hit',
      key: expect.any(String),
      inputKey: expect.any(String),
      toolchain: found,
    })
    expect([artifact.engine, artifact.isKept]).toEqual(['native', true])
    using run = await artifact.execute({ inputs: [Buffer.from('5a00000000000000', 'hex')] })
    expect(run.outcome).toBe('terminated')
    expect((await loaded.tiered(mode)).cache).toEqual(artifact.cache)
    expect(await loaded.explainCache(mode)).toEqual({ ...artifact.cache, differences: [] })
    expect(rvr.cache.counts).toEqual({ 'input-hit': 2, hit: 2 })
    expect(events.filter(({ type }) => type === 'warning' || type === 'stage')).toEqual([])
  })
})

test('nothing is found that the request does not fit', async () => {
  const missing = { code: 'TOOLCHAIN_MISSING' }
  await expect(compile({}, 'metered')).rejects.toMatchObject(missing)
  await expect(compile({ targetCpu: 'x86-64-v2' })).rejects.toMatchObject(missing)
  await expect(compile({ stress: 'stops' })).rejects.toMatchObject(missing)
  await expect(withRvr(async rvr => (await rvr.load(fixture('exitcode'))).compile(mode))).rejects.toMatchObject(missing)
  await expect(withRvr(async rvr => (await rvr.load(guest)).explainCache('metered'))).rejects.toMatchObject(missing)
  await expect(
    withRvr(async rvr => (await rvr.load(guest)).compile(mode, { emitDirectory: join(programs, 'c') })),
  ).rejects.toMatchObject(missing)
  vi.stubEnv('SOURCE_DATE_EPOCH', '7')
  await expect(compile()).rejects.toMatchObject(missing)
})

test('a CPU that lacks features gets nothing that needs them, and the entry stays', async () => {
  cpu.isOther = true
  await expect(compile()).rejects.toMatchObject({ code: 'TOOLCHAIN_MISSING' })
  cpu.isOther = false
  expect((await compile()).cache.outcome).toBe('hit')
})

test('of several compilers the one named, else the one used last; one that is named and made nothing is missing', async () => {
  for (const cc of new Set(['gcc', ...compilers])) {
    const named = (await compile({ cc })).cache
    expect(named.toolchain?.cc).toMatch(new RegExp(`/${cc}$`))
    expect((await compile()).cache).toEqual(named)
    vi.stubEnv('RVR_CC', named.toolchain!.cc!)
    expect((await compile()).cache).toEqual(named)
    vi.stubEnv('RVR_CC', '')
  }
  await expect(compile({ cc: 'tcc' })).rejects.toMatchObject({
    code: 'TOOLCHAIN_MISSING',
    message: expect.stringContaining('tcc') as string,
  })
})

test('it is the very entry that is found with the toolchain there', async () => {
  const { key } = (await compile({ cc: 'gcc' })).cache
  vi.stubEnv('PATH', tools)
  expect((await compile({ cc: 'gcc' })).cache).toEqual({ outcome: 'hit', key, inputKey: expect.any(String) })
})
