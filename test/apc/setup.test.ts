/** Machines with the autoprecompiles of real guests: what they save is what was predicted, and they are kept and read. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Rvr, u64, type RvrEvent } from '../../src/index.ts'
import { loadMachine, packedMachine } from '../../src/machine/load.ts'
import { errorOf, fixture, useRvr, widths } from '../run/support.ts'

const host = useRvr('own')
let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rvr-setup-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

const inputs = [u64(60)]
const choices = { profile: { inputs: [u64(7)] }, threads: 1 }

test.each(widths)('RV%i: the cost falls by executions times what each saves', async xlen => {
  const path = fixture('fibonacci', xlen)
  const guest = await host.rvr.load(path)
  using plain = await guest.interpret('metered-cost').execute({ inputs })
  using counted = await guest.interpret('profile').execute({ inputs })
  for (const autoprecompiles of [0, 3, 10]) {
    const { ranked } = await guest.apc.select({ ...choices, autoprecompiles })
    const { machine } = await guest.apc.setup({ ...choices, autoprecompiles })
    const saved = ranked.reduce((sum, { blocks, costBefore, costAfter }) => {
      const executions = counted.profile!.counts.get(blocks[0]!.start) ?? 0
      return sum + executions * (costBefore - costAfter)
    }, 0)
    if (autoprecompiles > 0) expect(saved).toBeGreaterThan(0)
    const specialised = await host.rvr.load(path, { machine })
    using run = await specialised.interpret('metered-cost').execute({ inputs })
    expect(run.cost).toBe(plain.cost! - BigInt(saved))
    expect([run.instret, run.publicValues]).toEqual([plain.instret, plain.publicValues])
    using metered = await specialised.interpret('metered').execute({ inputs })
    expect([metered.cost, metered.savedByAutoprecompiles?.cells ?? 0]).toEqual([run.cost, saved])
  }
})

test('a hit opens nothing else, and says one line', async () => {
  const events: RvrEvent[] = []
  const cacheDir = join(directory, 'cache')
  const setUp = async () => {
    events.length = 0
    await using rvr = await Rvr.create({ cacheDir, onEvent: event => events.push(event) })
    const guest = await rvr.load(fixture('fibonacci', 64))
    return await guest.apc.setup({ ...choices, autoprecompiles: 2 })
  }
  const first = await setUp()
  const again = await setUp()
  expect([first.cache.outcome, again.cache.outcome]).toEqual(['miss', 'hit'])
  expect(again.machine.digest).toBe(first.machine.digest)
  const told = events.flatMap(event => (event.type === 'apc' ? [event.message] : []))
  expect(told).toEqual([expect.stringMatching(/^cache hit: setup\/[0-9a-f]{16}$/)])
})

test('a machine file holds all of it', async () => {
  const path = fixture('fibonacci', 64)
  const guest = await host.rvr.load(path)
  const { machine } = await guest.apc.setup({ ...choices, autoprecompiles: 3 })
  const file = join(directory, 'machine.json.gz')
  await writeFile(file, packedMachine(machine))
  const read = await loadMachine(file)
  expect(read.digest).toBe(machine.digest)
  expect(read.autoprecompiles).toEqual(machine.autoprecompiles)
  expect((await host.rvr.load(path, { machine: file })).machine.digest).toBe(machine.digest)
  const other = await errorOf(host.rvr.load(fixture('echo', 64), { machine: file }))
  expect(other).toMatchObject({ code: 'USAGE', details: { wanted: expect.any(String) } })
})

/** Autoprecompiles as a machine file has them. */
interface Written {
  guest: string
  buses: unknown
  list: {
    start: number
    instructions: unknown[]
    system: { columns: unknown[][]; constraints: unknown; messages: unknown[][] }
  }[]
}

test.each<[string, string, (written: Written) => unknown]>([
  ['a guest that is no digest', 'autoprecompiles', of => (of.guest = 'me')],
  ['buses that are none', 'autoprecompiles', of => (of.buses = [{ name: 'x' }])],
  ['a bus that is not there', 'autoprecompiles.list.0', of => (of.list[0]!.system.messages[0]![0] = 99)],
  ['a column that is not there', 'autoprecompiles.list.1', of => (of.list[1]!.system.constraints = [[12345]])],
  ['a column of another instruction', 'autoprecompiles.list.0', of => (of.list[0]!.system.columns[0]![2] = 5000)],
  ['an instruction that is no entry', 'autoprecompiles.list.0', of => (of.list[0]!.instructions[0] = [1, 2])],
  ['two at one place', 'autoprecompiles', of => (of.list[1]!.start = of.list[0]!.start + 4)],
  ['one column less than its chip', 'autoprecompiles', of => of.list[0]!.system.messages.pop()],
])('a machine file with %s is refused', async (_, field, change) => {
  const guest = await host.rvr.load(fixture('fibonacci', 64))
  const { machine } = await guest.apc.setup({ ...choices, autoprecompiles: 3 })
  const written = JSON.parse(gunzipSync(packedMachine(machine)).toString())
  change(written.autoprecompiles)
  const file = join(directory, 'wrong.json.gz')
  await writeFile(file, gzipSync(JSON.stringify(written)))
  const error = await errorOf(loadMachine(file))
  expect(error.code).toBe('MACHINE_INVALID')
  expect(error.details['field']).toContain(field)
})

test('what cannot be executed is refused', async () => {
  const guest = await host.rvr.load(fixture('fibonacci', 64))
  const refused = [
    { ...choices, autoprecompiles: 2, superblocks: 2 },
    { ...choices, autoprecompiles: 129 },
  ]
  for (const options of refused) expect((await errorOf(guest.apc.setup(options))).code).toBe('USAGE')
  const file = join(directory, 'cut.json.gz')
  await writeFile(file, gzipSync('{}').subarray(0, 12))
  expect((await errorOf(loadMachine(file))).code).toBe('MACHINE_INVALID')
})
