/** A guest under a machine of the user's own: its cost, its cache entries, its libraries. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { defaultMachine, loadMachine, Rvr, u64, type MachineFile } from '../../src/index.ts'

const path = new URL('../../cache-fixtures/guests/elf/fibonacci.rv64.elf', import.meta.url).pathname
const inputs = [u64(20n)]
const shipped = defaultMachine(64)
/** Each row is one cell wider, so each instruction that adds one row costs one cell more. */
const wider = {
  ...shipped,
  name: 'wider',
  chips: shipped.chips.map(chip => ({ ...chip, width: chip.width + 1 })),
} satisfies MachineFile

let directory: string, rvr: Rvr, file: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rvr-machine-'))
  rvr = await Rvr.create({ cacheDir: join(directory, 'cache') })
  file = join(directory, 'wider.json')
  const { name, xlen, source, limits, memory, chips } = wider
  await writeFile(file, JSON.stringify({ name, xlen, source, limits, memory, chips }))
})
afterAll(async () => {
  await rvr.dispose()
  await rm(directory, { recursive: true, force: true })
})

test('cost follows the widths, in both engines', async () => {
  const costs: bigint[] = []
  for (const machine of [undefined, file]) {
    const guest = await rvr.load(path, machine === undefined ? {} : { machine })
    using native = await (await guest.compile('metered-cost')).execute({ inputs })
    using interpreted = await guest.interpret('metered-cost').execute({ inputs })
    expect([interpreted.cost, interpreted.instret]).toEqual([native.cost, native.instret])
    costs.push(native.cost!, native.instret)
  }
  const [cost, instret, widerCost, widerInstret] = costs
  expect(widerInstret).toBe(instret)
  // TERMINATE has no chip.
  expect(widerCost! - cost!).toBe(instret! - 1n)
})

test('another machine is a miss, the same one a hit, from a file or as an object', async () => {
  const outcome = async (machine: string | MachineFile | undefined): Promise<string> =>
    (await (await rvr.load(path, machine === undefined ? {} : { machine })).compile('pure')).cache.outcome
  expect(await outcome(undefined)).toBe('miss')
  expect(await outcome(shipped)).toBe('hit')
  expect(await outcome(wider)).toBe('miss')
  expect(await outcome(file)).toBe('hit')
  expect(await outcome(await loadMachine(file))).toBe('hit')
})

test('a library made for another machine is refused', async () => {
  const library = join(directory, 'wider.so')
  const guest = await rvr.load(path, { machine: file })
  expect(guest.machine.name).toBe('wider')
  await (await guest.compile('pure')).save(library)
  await expect((await rvr.load(path)).loadArtifact(library)).rejects.toMatchObject({
    code: 'ARTIFACT_REFUSED',
    details: { reason: 'machine' },
  })
})
