/** A program of Linux with files: everywhere the same, suspended, saved and resumed, and what it may not be given. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ExecuteOptions, ModeName, RvrEvent } from '../../../src/index.ts'
import { artifactOf, DATA, fixture, program as assembled, useRvr, type Engine } from '../../run/support.ts'
import { scratch } from './support.ts'

const host = useRvr('shared', 'quick')
const text = 'hello, some text\nof two lines, and more than sixteen bytes\n'
/** Behind the first pieces of the file, before the last. */
const MIDDLE = 800

/** The program with its file, and what it says. */
async function program(xlen: 32 | 64, { guestPath = '/data', readOnly = false } = {}) {
  const directory = scratch()
  const [input, output] = [join(directory, 'in'), join(directory, 'out')]
  writeFileSync(input, text)
  // What was written within the same nanosecond as it was looked at would go unnoticed.
  utimesSync(input, 1000, 1000)
  const guest = await host.rvr.load(fixture('files', xlen), { abi: 'linux' })
  const said: string[] = []
  const directories = [{ host: directory, guest: guestPath, readOnly }]
  const onPrint = (_stream: string, bytes: Uint8Array): void => void said.push(Buffer.from(bytes).toString())
  const args = ['files', `${guestPath}/in`, `${guestPath}/out`]
  const options: ExecuteOptions = { args, env: { RVR: 'yes', OTHER: 'no' }, directories, onPrint }
  return { guest, directory, directories, input, output, options, onPrint, said }
}

describe.each([32, 64] as const)('RV%i', xlen => {
  test('says and writes what it says and writes under qemu', async () => {
    const { guest, directory, output, options, said } = await program(xlen)
    const run = await guest.interpret('pure').execute(options)
    expect(run).toMatchObject({ outcome: 'terminated', exitCode: 1 })
    expect(readFileSync(output, 'utf8')).toBe(text.toUpperCase())
    expect(said.join('')).toMatch(/^page 4096\nRVR=yes\ninput 3\noutput 4\n.*size 59\n.*moved 7\n.*words 11\n$/s)
    const args = [fixture('files', xlen), join(directory, 'in'), join(directory, 'other')]
    const qemu = spawnSync(`qemu-riscv${xlen}`, args, { env: { RVR: 'yes', OTHER: 'no' }, encoding: 'utf8' })
    if (qemu.error !== undefined) return
    expect({ stdout: qemu.stdout, status: qemu.status }).toEqual({ stdout: said.join(''), status: 1 })
    expect(readFileSync(join(directory, 'other'), 'utf8')).toBe(text.toUpperCase())
  })

  test('goes on in another job, and from a saved run, where its files are as they were', async () => {
    const { guest, directory, directories, output, options, onPrint, said } = await program(xlen)
    const artifact = guest.interpret('pure')
    const begun = await artifact.execute({ ...options, maxInstructions: MIDDLE })
    const written = readFileSync(output, 'utf8')
    expect([begun.outcome, text.toUpperCase().startsWith(written), written.length > 0]).toEqual([
      'suspended',
      true,
      true,
    ])
    const stopped = await begun.resume({ maxInstructions: 100 })
    const file = await stopped.save(join(directory, 'saved'))
    const ended = await artifact.resumeFrom(file, { directories, onPrint })
    expect(ended).toMatchObject({ exitCode: 1 })
    expect(readFileSync(output, 'utf8')).toBe(text.toUpperCase())
    const whole = await (await program(xlen)).guest.interpret('pure').execute(options)
    expect(ended.instret).toBe(whole.instret)
    const half = said.length / 2
    expect(said.slice(0, half)).toEqual(said.slice(half))
  })

  test('is not resumed without its directory, or when a file is another', async () => {
    const { guest, directory, directories, input, output, options } = await program(xlen)
    const artifact = guest.interpret('pure')
    const stopped = await artifact.execute({ ...options, maxInstructions: MIDDLE })
    const file = await stopped.save(join(scratch(), 'saved'))
    const refused = async (given: ExecuteOptions['directories']): Promise<unknown> =>
      artifact.resumeFrom(file, { directories: given }).then(
        () => undefined,
        (error: unknown) => error,
      )
    const wrong = { code: 'STATE_REFUSED', details: { reason: 'files' }, hint: /--dir/ }
    expect(await refused(undefined)).toMatchObject({ ...wrong, message: /file \/data\/in open/ })
    expect(await refused([{ host: directory, guest: '/other' }])).toMatchObject(wrong)
    expect(await refused([{ host: directory, guest: '/data', readOnly: true }])).toMatchObject({
      ...wrong,
      message: /\/data\/out/,
    })
    const before = readFileSync(output)
    writeFileSync(output, 'another')
    expect(await refused(directories)).toMatchObject({ ...wrong, message: /\/data\/out/ })
    writeFileSync(output, before)
    renameSync(input, `${input}-moved`)
    expect(await refused(directories)).toMatchObject({ ...wrong, message: /\/data\/in/ })
    // The run that was saved finds as much: an error number, and not another file.
    const ended = await stopped.resume()
    expect(ended.exitCode).not.toBe(1)
  })
})

test('is the same in every mode that executes it once; others take its directory for reading alone', async () => {
  const counts = new Set<bigint>()
  for (const mode of ['pure', 'metered-cost', 'profile'] as const) {
    const { guest, options } = await program(64)
    counts.add((await guest.interpret(mode).execute(options)).instret)
  }
  expect(counts.size).toBe(1)
  const { guest, output, options } = await program(64)
  await expect(guest.interpret('metered').execute(options)).rejects.toMatchObject({
    code: 'USAGE',
    message: /mode metered executes parts of a guest again/,
    hint: /readOnly/,
  })
  expect(existsSync(output)).toBe(false)
  const run = await guest.interpret('pure').execute(options)
  await expect(run.shards([5])).rejects.toMatchObject({ code: 'USAGE', message: /run of their own/ })
  const reading = await program(64, { readOnly: true })
  const metered = await reading.guest.interpret('metered').execute(reading.options)
  expect([metered.exitCode, reading.said]).toEqual([2, expect.arrayContaining(['output '])])
  rmSync(output)
})

test('directories are for ABI linux, each has a path of its own, and they are there', async () => {
  const { guest, directory } = await program(64)
  const execute = (directories: ExecuteOptions['directories'], loaded = guest) =>
    loaded.interpret('pure').execute({ directories })
  const other = await host.rvr.load(fixture('fibonacci', 64))
  await expect(execute([{ host: directory }], other)).rejects.toMatchObject({ message: /are for guests of ABI linux/ })
  const twice = [
    { host: directory, guest: 'a/../b' },
    { host: directory, guest: '/b/' },
  ]
  await expect(execute(twice)).rejects.toMatchObject({ message: /two directories are \/b/ })
  await expect(execute([{ host: join(directory, 'in') }])).rejects.toMatchObject({ message: /is no directory/ })
  await expect(execute([{ host: join(directory, 'none') }])).rejects.toMatchObject({ message: /cannot be found/ })
  await expect(execute([{ host: directory, writable: true } as never])).rejects.toMatchObject({ code: 'USAGE' })
})

test('a call that is not there is a warning, once however often the run is resumed', async () => {
  const code = assembled(64, a => {
    for (const number of [220, 198, 220, 293]) a.li('a7', number).op('ecall')
    a.li('a7', 93).op('ecall')
  })
  const guest = await host.rvr.load(code, { abi: 'linux' })
  const events: RvrEvent[] = []
  const onEvent = (event: RvrEvent): void => void events.push(event)
  const run = await guest.interpret('pure').execute({ onEvent, maxInstructions: 3 })
  const saved = await run.save(join(scratch(), 'saved'))
  const messages = (): string[] => events.splice(0).flatMap(event => (event.type === 'warning' ? [event.message] : []))
  expect(messages()).toEqual([expect.stringContaining('call 220 (clone), which ABI linux does not have')])
  await run.resume()
  expect(messages()).toEqual([expect.stringContaining('call 198 (socket)')])
  await guest.interpret('pure').resumeFrom(saved, { onEvent })
  expect(messages()).toEqual([expect.stringContaining('call 198 (socket)')])
})

test('clocks show the same instructions in every engine and mode, suspended or not', async () => {
  const code = assembled(64, a => {
    a.li('s0', 300)
      .label('loop')
      .op('addi', { rd: 's0', rs1: 's0', imm: -1 })
      .op('bne', { rs1: 's0', rs2: 'zero', target: 'loop' })
    a.li('a7', 113).li('a0', 1).li('a1', DATA).op('ecall')
    a.li('s1', DATA).op('ld', { rd: 's2', rs1: 's1', imm: 8 })
    a.li('a7', 93).op('ecall')
  })
  const guest = await host.rvr.load(code, { abi: 'linux' })
  const segmentLimits = { maxTraceHeight: 128 }
  const shown = async (mode: ModeName, engine: Engine, stop?: number): Promise<bigint> => {
    const artifact = await artifactOf(guest, mode, engine)
    let run = await artifact.execute({ ...(mode === 'metered' && { segmentLimits }), maxInstructions: stop })
    if (run.outcome === 'suspended') run = await run.resume()
    expect(run.outcome).toBe('terminated')
    return run.registers[18]!
  }
  const time = await shown('pure', 'interp')
  // The call has been reached, and has not retired.
  expect(time).toBeGreaterThan(600n)
  expect(await shown('pure', 'native')).toBe(time)
  expect(await shown('pure', 'native', 500)).toBe(time)
  expect(await shown('metered', 'native-interp')).toBe(time)
  expect(await shown('metered', 'interp', 555)).toBe(time)
})
