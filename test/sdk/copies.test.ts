/** What callers hand over is taken as it is when the call is made, and what they get is theirs. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { parseElf } from '../../src/elf/parse.ts'
import { noEvents } from '../../src/events.ts'
import { abiNamed } from '../../src/extensions/registry.ts'
import { defaultMachine, Rvr, u64, type RvrEvent } from '../../src/index.ts'
import { modeNamed } from '../../src/modes/registry.ts'
import { buildArtifact, createServices } from '../../src/pipeline.ts'
import type { Assembler } from '../support/assembler.ts'
import { DATA, errorOf, fixture, program, useRvr } from '../run/support.ts'

const host = useRvr()
const base = mkdtempSync(join(tmpdir(), 'rvr-copies-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))
const ending = (exitCode: number): Uint8Array => program(64, code => code.op('terminate', { imm: exitCode }))

test('a guest whose array is used for the next one: it is what it was, in the cache too', async () => {
  await using rvr = await Rvr.create({ cacheDir: join(base, 'cache'), remote: false })
  const buffer = ending(33)
  const loading = rvr.load(buffer)
  buffer.set(ending(44))
  const guest = await loading
  buffer.set(ending(55))
  using run = await (await guest.compile('pure')).execute()
  expect(run.exitCode).toBe(33)
  const again = await (await rvr.load(ending(33))).compile('pure')
  expect(again.cache.outcome).toBe('hit')
  using second = await again.execute()
  expect(second.exitCode).toBe(33)
})

test('a guest whose bytes change inside of rvr while it is compiled is not stored', async () => {
  const cacheDir = join(base, 'changed')
  const services = await createServices({ cacheDir, remote: false }, noEvents)
  const image = parseElf(ending(33), 'guest')
  const abi = abiNamed('openvm')
  const machine = defaultMachine(64)
  const events = (event: RvrEvent): void => {
    if (event.type === 'stage' && event.stage === 'codegen' && event.state === 'start')
      image.file[image.file.length - 1]! ^= 1
  }
  expect(
    await errorOf(buildArtifact({ image, abi, machine, mode: modeNamed('pure') }, { ...services, events })),
  ).toMatchObject({ code: 'INTERNAL' })
  expect(await services.cache.list()).toEqual([])
  await services.directories.removeAll()
})

test('inputs, arguments and limits are those of the call', async () => {
  const artifact = (await host.rvr.load(fixture('fibonacci', 64))).interpret('metered')
  const inputs = [u64(90)]
  const segmentLimits = { maxTraceHeight: 2 ** 20 }
  const running = artifact.execute({ inputs, segmentLimits })
  inputs[0]!.fill(0)
  inputs.push(u64(1))
  segmentLimits.maxTraceHeight = 1
  using run = await running
  expect(new DataView(run.publicValues.buffer).getBigUint64(0, true)).toBe(2880067194370816120n)
  expect(run.segments).toHaveLength(1)
})

test('a machine and a configuration are those of the call', async () => {
  const machine = structuredClone({ ...defaultMachine(64), name: 'mine' })
  const config = { app_vm_config: { keccak: {} } as Record<string, unknown> }
  const loading = host.rvr.load(ending(0), { machine, config })
  Object.assign(machine, { name: 'other' })
  config.app_vm_config['sha2'] = {}
  const guest = await loading
  expect(guest.machine.name).toBe('mine')
  expect(guest.abi.extensions.map(({ name }) => name)).not.toContain('sha2')
})

test('a profile is that of the call', async () => {
  const guest = await host.rvr.load(ending(0))
  using run = await guest.interpret('profile').execute()
  const profile = structuredClone(run.profile!.recorded)
  const explaining = guest.explainCache('pure', { profile })
  const { differences } = await guest.explainCache('pure', { profile: run.profile!.recorded })
  Object.assign(profile, { guest: '0'.repeat(64) })
  expect((await explaining).differences).toEqual(differences)
})

test('what a guest and a run hand out is theirs no more', async () => {
  const revealing = (code: Assembler): unknown =>
    code
      .li('s0', DATA)
      .li('a0', 7)
      .op('reveal', { rd: 0, rs1: 'a0' })
      .op('addi', { rd: 'a0', rs1: 'a0', imm: 1 })
      .op('terminate', { imm: 9 })
  const guest = await host.rvr.load(program(64, revealing))
  guest.image.segments[0]!.bytes.fill(0)
  Object.assign(guest.machine.chips[0]!, { width: 1 })
  const first = await guest.interpret('metered').execute({ maxInstructions: 3 })
  first.publicValues.fill(0xff)
  Object.assign(first.machine.chips[0]!, { width: 1 })
  const last = await first.resume()
  expect([...last.publicValues.subarray(0, 8)]).toEqual([7, 0, 0, 0, 0, 0, 0, 0])
  expect(last.exitCode).toBe(9)
  expect(last.machine.chips[0]!.width).toBe(defaultMachine(64).chips[0]!.width)
  last.dispose()
})
