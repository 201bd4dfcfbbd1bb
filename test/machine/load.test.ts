/** Machines from files: what cannot be read, what is no JSON, what is for another guest; and the example of the documentation. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RvrError } from '../../src/errors.ts'
import { loadMachine, machineFor } from '../../src/machine/load.ts'
import { defaultMachine } from '../../src/machine/machine.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rvr-machine-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

async function file(name: string, content: string): Promise<string> {
  const path = join(directory, name)
  await writeFile(path, content)
  return path
}

async function errorOf(promise: Promise<unknown>): Promise<RvrError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof RvrError)) throw new Error(`expected an RvrError, got ${String(error)}`, { cause: error })
  return error
}

const shipped = (xlen: 32 | 64): string => new URL(`../../src/machine/rv${xlen}im.json`, import.meta.url).pathname

test.each([32, 64] as const)('a copy of rv%iim is the same machine', async xlen => {
  const path = await file('copy.json', await readFile(shipped(xlen), 'utf8'))
  expect(await loadMachine(path)).toEqual(defaultMachine(xlen))
})

test('a file that is not there, and a directory', async () => {
  for (const path of [join(directory, 'none.json'), directory]) {
    const error = await errorOf(loadMachine(path))
    expect(error).toMatchObject({ code: 'IO', details: { path } })
    expect(error.message).toContain(`cannot read machine ${path}: `)
    expect(error.hint).toBeTruthy()
    expect(error.cause).toBeInstanceOf(Error)
  }
})

test.each([
  ['a missing comma', '{\n  "name": "x"\n  "xlen": 64\n}', 18],
  ['an end too early', '{"name": "x"', 12],
  ['nothing', '', 0],
])('no JSON: %s', async (_what, content, position) => {
  const path = await file('broken.json', content)
  const error = await errorOf(loadMachine(path))
  expect(error).toMatchObject({ code: 'MACHINE_INVALID', details: { path, position } })
  expect(error.message).toContain(`machine ${path}: no JSON: `)
})

test('no JSON, position unknown', async () => {
  const path = await file('broken.json', 'xlen: 64')
  const error = await errorOf(loadMachine(path))
  expect(error.code).toBe('MACHINE_INVALID')
  expect(error.details).toEqual({ path })
})

test('JSON with a wrong field names the file', async () => {
  const path = await file(
    'wrong.json',
    JSON.stringify({ ...JSON.parse(await readFile(shipped(64), 'utf8')), xlen: 16 }),
  )
  expect(await errorOf(loadMachine(path))).toMatchObject({
    code: 'MACHINE_INVALID',
    details: { origin: path, field: 'xlen', found: '16', wanted: '32 or 64' },
  })
})

test('the machine of a guest', async () => {
  expect((await machineFor('guest.elf', 32)).name).toBe('rv32im')
  expect((await machineFor('guest.elf', 64)).name).toBe('rv64im')
  expect(await machineFor('guest.elf', 64, shipped(64))).toEqual(defaultMachine(64))
  expect(await machineFor('guest.elf', 64, { ...defaultMachine(64), name: 'mine' })).toMatchObject({
    name: 'mine',
    digest: expect.not.stringMatching(defaultMachine(64).digest),
  })
  const wrong = { ...defaultMachine(64), name: '' }
  expect(await errorOf(machineFor('guest.elf', 64, wrong))).toMatchObject({
    code: 'MACHINE_INVALID',
    details: { field: 'name' },
  })
})

test('a machine of another width than the guest is refused, and both are named', async () => {
  const fromFile = await errorOf(machineFor('guest.elf', 64, shipped(32)))
  expect(fromFile).toMatchObject({
    code: 'USAGE',
    details: { machine: shipped(32), guest: 'guest.elf', found: 32, wanted: 64 },
  })
  expect(fromFile.message).toBe(`machine ${shipped(32)} has registers of 32 bits, but guest guest.elf is RV64`)
  expect((await errorOf(machineFor('guest.elf', 32, defaultMachine(64)))).message).toBe(
    'machine rv64im has registers of 64 bits, but guest guest.elf is RV32',
  )
})

test('the example in docs/machine.md is a machine', async () => {
  const page = await readFile(new URL('../../docs/machine.md', import.meta.url), 'utf8')
  const examples = [...page.matchAll(/^```json\n(.*?)^```/gms)].map(([, text]) => text!)
  expect(examples).toHaveLength(1)
  const machine = await loadMachine(await file('example.json', examples[0]!))
  expect(machine.memoryChips).toEqual({ boundary: 1, merkle: 2, hash: 5 })
})
