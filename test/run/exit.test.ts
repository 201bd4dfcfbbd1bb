/** A host program that ends while native guests run ends at once: process.exit, an uncaught exception, a signal handler that exits. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, inject, test } from 'vitest'
import { endless, program, useRvr } from './support.ts'

const host = useRvr()
const modes = ['pure', 'metered', 'metered-cost', 'profile'] as const
const elf = program(64, endless['loads and stores']!)
beforeAll(async () => {
  const guest = await host.rvr.load(elf)
  for (const mode of modes) await guest.compile(mode)
})

const opened = (mode: string): string => `
  import { Rvr } from ${JSON.stringify(fileURLToPath(new URL('../../src/index.ts', import.meta.url)))}
  const rvr = await Rvr.create({ cacheDir: ${JSON.stringify(inject('sharedCache'))} })
  const artifact = await (await rvr.load(Buffer.from(${JSON.stringify(Buffer.from(elf).toString('base64'))}, 'base64'))).compile(${JSON.stringify(mode)})`

/** Two guests run in native code, as their progress says, when the program ends. */
const script = (mode: string, end: string): string => `${opened(mode)}
  process.on('SIGTERM', () => process.exit(3))
  let running = 0
  const run = () => { let first = true; artifact.execute({ progressMs: 5, onEvent: () => { if (first && ++running === 2) setImmediate(() => { ${end} }); first = false } }).catch(() => {}) }
  run(); run()`

test.each([
  ['pure', 'process.exit(3)', 3],
  ['metered', 'process.exit(3)', 3],
  ['metered-cost', "throw new Error('elsewhere')", 1],
  ['profile', "process.kill(process.pid, 'SIGTERM')", 3],
] as const)('mode %s: %s', (mode, end, wanted) => {
  const { status, signal } = spawnSync(process.execPath, ['--input-type=module', '-e', script(mode, end)], {
    encoding: 'utf8',
    timeout: 120_000,
    killSignal: 'SIGKILL',
  })
  expect({ status, signal }).toEqual({ status: wanted, signal: null })
})

test('an Rvr that is disposed of when the result of a run is on its way: the process stays until that is done', () => {
  const end = `
  const run = () => artifact.execute({ maxInstructions: 1e8 }).then(() => {}, () => {})
  await run()
  void run()
  await new Promise(resolve => setTimeout(resolve, 20))
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1500)
  await rvr.dispose()
  process.exitCode = 5`
  const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', opened('pure') + end], {
    timeout: 120_000,
    killSignal: 'SIGKILL',
  })
  expect(status).toBe(5)
})
