/** Machine files that name a list of AIRs: figures from the declarations, and what does not fit. */
import { mkdtemp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { AirMemo } from '../../src/air/listed.ts'
import { loadMachine, machineIn } from '../../src/machine/load.ts'
import { defaultMachine, parseMachine } from '../../src/machine/machine.ts'
import { shippedMachineText } from '../../src/machine/shipped/text.ts'
import { resourceText } from '../../src/resources.ts'
import { Rvr } from '../../src/index.ts'
import { airsToInspect } from '../../src/report/airs.ts'
import { airMemo } from '../../src/trace/airs-memo.ts'
import { airsOfMachine } from '../../src/trace/airs.ts'
import { program } from '../run/support.ts'

const folder = await mkdtemp(join(tmpdir(), 'rvr-machine-airs-'))
const rvr = await Rvr.create({ cacheDir: false })
afterAll(async () => {
  await rvr.dispose()
  await rm(folder, { recursive: true, force: true })
})

const shipped = JSON.parse(resourceText('src/machine/shipped/rv64im.json')) as {
  readonly chips: readonly unknown[]
}
const { signal } = new AbortController()

let count = 0

/** A machine in a folder of its own: its path. */
async function machineFile(fields: object, files: Readonly<Record<string, string>> = {}): Promise<string> {
  const own = join(folder, String(count++))
  await mkdir(join(own, 'airs'), { recursive: true })
  await writeFile(
    join(own, 'mine.json'),
    JSON.stringify({ ...shipped, name: 'mine', airs: 'airs/mine.air', ...fields }),
  )
  for (const [name, text] of Object.entries({ 'mine.air': resourceText('src/air/shipped/rv64im.air'), ...files }))
    await writeFile(join(own, 'airs', name), text)
  return join(own, 'mine.json')
}

test.each([32, 64] as const)('the file of RV%iIM is what its AIRs say', xlen => {
  expect(resourceText(`src/machine/rv${xlen}im.json`), 'node src/build/machine-files.ts').toBe(shippedMachineText(xlen))
})

test('chips are names, and figures come from the declarations', async () => {
  const machine = await loadMachine(await machineFile({}))
  expect(machine.chips).toEqual(defaultMachine(64).chips)
  expect(machine.chipIndex).toEqual(defaultMachine(64).chipIndex)
  expect(parseMachine(machine, 'again')).toEqual(machine)
})

test('an AIR of its own takes what rvr ships, and the machine is traced with it', async () => {
  // Sums and differences of 64 bits, with a column that nobody needs.
  const list = resourceText('src/air/shipped/rv64im.air').replace('rv64/add(n = 4)', 'wide-add')
  const add = `${resourceText('src/air/shipped/rv64/add.air').replace('parameters n', '')}col spare = 7\nzero spare: live*(spare - 7)\n`
  const path = await machineFile(
    {
      chips: [
        ...shipped.chips.slice(0, -2),
        { name: 'More', width: 7, interactions: 2, operations: ['more'] },
        ...shipped.chips.slice(-2),
      ],
    },
    { 'mine.air': list, 'wide-add.air': add.replaceAll(/\bn\b(?!e)/g, '4') },
  )
  const machine = await loadMachine(path)
  expect(machine.chips.find(({ name }) => name === 'AddSub')).toMatchObject({ width: 30, operations: ['add', 'sub'] })
  expect(machine.chips.find(({ name }) => name === 'More')).toMatchObject({ width: 7 })
  expect((await airsToInspect(64, path, signal)).airs.find(({ name }) => name === 'AddSub')!.columns).toContain('spare')
  await expect(airsToInspect(32, path, signal)).rejects.toMatchObject({ code: 'USAGE' })

  const elf = program(64, code => code.op('add', { rd: 'a0', rs1: 'a1', rs2: 'a2' }).op('terminate'))
  const guest = await rvr.load(elf, { machine: path })
  const run = await guest.interpret('metered').execute()
  for await (const segment of run.traces({ filler: 'reference' })) {
    expect(segment.matrix('AddSub').columns).toContain('spare')
    expect(segment.chipsWithoutAir).toContain('More')
    expect(await segment.check()).toMatchObject({ passed: true })
    segment.dispose()
  }
})

test('AIRs of its own are remembered where there is a cache', async () => {
  const path = await machineFile({}, { 'mine.air': `${resourceText('src/air/shipped/rv64im.air')}# remembered` })
  const cacheDir = join(folder, 'cache')
  await using other = await Rvr.create({ cacheDir })
  const elf = program(64, code => code.op('terminate'))
  await other.load(elf, { machine: path })
  const memos = async () => (await readdir(join(cacheDir, 'v1', 'toolchain'))).filter(name => name.startsWith('airs-'))
  expect(await memos()).toHaveLength(1)
  const asked: string[][] = []
  const memo: AirMemo = {
    recall(question) {
      asked.push([...question])
      return airMemo(join(cacheDir, 'v1', 'toolchain'))!.recall(question)
    },
    remember: () => expect.unreachable('it is remembered already'),
  }
  expect((await machineIn(path, { memo })).digest).toBe((await loadMachine(path)).digest)
  expect(asked).toHaveLength(1)
})

test('the digest is that of the files, not of where they lie', async () => {
  const [one, other, changed] = [
    await loadMachine(await machineFile({})),
    await loadMachine(await machineFile({})),
    await loadMachine(await machineFile({}, { 'add.air': '# not used' })),
  ]
  expect(one.digest).toBe(other.digest)
  expect(one.digest).toBe(changed.digest)
  const list = `${await readFile(one.airs!.list, 'utf8')}# another text\n`
  expect((await loadMachine(await machineFile({}, { 'mine.air': list }))).digest).not.toBe(one.digest)
  expect(one.digest).not.toBe(defaultMachine(64).digest)
})

test('files that were changed since', async () => {
  const machine = await loadMachine(
    await machineFile({}, { 'mine.air': `${resourceText('src/air/shipped/rv64im.air')}# 1` }),
  )
  // As in another process.
  const elsewhere = { ...machine, airs: { ...machine.airs!, digest: '0'.repeat(64) } }
  expect(() => airsOfMachine(parseMachine(elsewhere, 'mine'), [])).toThrow(
    expect.objectContaining({ code: 'MACHINE_INVALID', message: expect.stringContaining('changed since') as string }),
  )
})

const chips = shipped.chips
test.each([
  [
    { chips: chips.with(8, { name: 'Mul', width: 40 }) },
    /field chips.8.width: found 40, wanted nothing: its AIR says it/,
  ],
  [{ chips: chips.with(8, 'Mull') }, /field chips.8: found "Mull", wanted the name of an AIR/],
  [{ chips: chips.slice(0, -1) }, /field chips: .*a chip for each AIR; VariableRangeChecker has none/],
  [{ chips: [...chips, 'Mul'] }, /field chips.48: found "Mul"/],
  [{ chips: 7 }, /field chips: found 7/],
  [{ chips: chips.with(8, null) }, /field chips: .*Mul has none/],
  [{ airs: 'airs/mine' }, /field airs: found "airs\/mine", wanted the path of a list that ends in .air/],
  [{ airs: 7 }, /field airs: found 7/],
] as const)('fields that do not fit: %#', async (fields, message) => {
  await expect(loadMachine(await machineFile(fields))).rejects.toMatchObject({
    code: 'MACHINE_INVALID',
    message: expect.stringMatching(message) as string,
  })
})

test('a list that is not there is IO, and what is wrong in one has a place', async () => {
  await expect(loadMachine(await machineFile({ airs: 'airs/none.air' }))).rejects.toMatchObject({ code: 'IO' })
  const wrong = await machineFile({}, { 'mine.air': 'machine mine\nair A from nowhere\n' })
  const file = wrong.replace('mine.json', 'airs/mine.air')
  await expect(loadMachine(wrong)).rejects.toMatchObject({
    code: 'MACHINE_INVALID',
    details: { file, line: 2, column: 5 },
  })
  const broken = await machineFile(
    {},
    { 'mine.air': 'machine mine\nair A from a\n', 'a.air': 'col x = 1\nzero z: y\n' },
  )
  await expect(loadMachine(broken)).rejects.toMatchObject({
    details: { file: broken.replace('mine.json', 'airs/a.air'), line: 2, column: 9 },
  })
})

test('a machine without AIRs', async () => {
  const path = join(folder, 'numbers.json')
  const { airs: _, ...numbers } = defaultMachine(64)
  const wide = numbers.chips.map(chip => (chip.name === 'Mul' ? { ...chip, width: 48 } : chip))
  const { name, xlen, source, limits, memory } = numbers
  await writeFile(path, JSON.stringify({ name, xlen, source, limits, memory, chips: wide }))
  await expect(airsToInspect(undefined, path, signal)).rejects.toMatchObject({
    code: 'USAGE',
    message: 'machine rv64im has no AIRs: its chip Mul is another one',
  })
})
