/** Input key → artifact key is a function, and both tell apart whatever differs: random configurations, generated and not compiled. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import type { MachineFile } from '../../../../src/machine/machine.ts'
import { randomSource } from '../../../support/random.ts'
import { temporaryDirectory } from '../../../store/sample.ts'
import { keysOf, type BothKeys } from './keys-of.ts'
import { compilers, fixture } from './surroundings.ts'
import { fakeTools } from './tools.ts'

/** Configurations that are looked at; the time that this takes grows with it. */
const ROUNDS = 90
/** Every configuration gets a name from what it is made of: equal names, equal contents. */
type Choice = readonly [name: string, value: unknown]

afterEach(() => vi.unstubAllEnvs())

/** Everything that a configuration is chosen from. */
async function choices(
  directory: string,
): Promise<Record<'guest' | 'mode' | 'machine' | 'cc' | 'cpu' | 'config' | 'own' | 'epoch', readonly Choice[]>> {
  const bytes = async (name: string, xlen: 32 | 64): Promise<Uint8Array> =>
    Uint8Array.from(await readFile(fixture(name, xlen)))
  const touched = await bytes('exitcode', 64)
  touched[touched.length - 1]! ^= 1
  const machine = async (
    change: (file: MachineFile & { chips: { width: number; interactions: number }[] }) => void,
  ): Promise<unknown> => {
    const file = JSON.parse(
      await readFile(new URL('../../../../src/machine/rv64im.json', import.meta.url), 'utf8'),
    ) as Parameters<typeof change>[0]
    change(file)
    return file
  }
  const own = async (
    name: string,
    lists: Readonly<Record<string, readonly string[]>>,
    content: string,
  ): Promise<string> => {
    const folder = join(directory, name)
    const row = `{ kind: 'host', name: 'nothing', format: 'R', mask: 0xfe00707f, match: 0x5b }`
    await mkdir(folder)
    await writeFile(
      join(folder, 'extension.mjs'),
      `export default { name: 'own', rows: [${row}], handlers: { nothing: () => undefined }, ...${JSON.stringify(lists)} }`,
    )
    for (const file of ['a.c', 'b.c']) await writeFile(join(folder, file), content)
    return folder
  }
  const [one, two] = [await fakeTools(join(directory, 'one')), await fakeTools(join(directory, 'two'))]
  await two.write('clang-22', 'another build of the same version')
  const moduli = (...list: string[]): unknown => ({ app_vm_config: { modular: { supported_moduli: list } } })
  return {
    guest: [
      ['64', await bytes('exitcode', 64)],
      ['32', await bytes('exitcode', 32)],
      ['touched', touched],
      ['hello', await bytes('hello', 64)],
    ],
    mode: ['pure', 'metered', 'metered-cost', 'profile'].map(name => [name, name] as const),
    machine: [
      ['shipped', undefined],
      [
        'wider',
        await machine(({ chips }) => {
          chips[0]!.width++
        }),
      ],
      [
        'busier',
        await machine(({ chips }) => {
          chips[1]!.interactions++
        }),
      ],
    ],
    cc: [['one', one.cc], ['two', two.cc], ...compilers.map(name => [name, name] as const)],
    cpu: [
      ['native', undefined],
      ['baseline', process.arch === 'arm64' ? 'armv8-a' : 'x86-64-v2'],
    ],
    config: [
      ['none', false],
      ['7', moduli('7')],
      ['13', moduli('13')],
      ['7 13', moduli('7', '13')],
    ],
    own: [
      ['none', []],
      ['a', [await own('a', { sources: ['a.c', 'b.c'] }, 'A')]],
      ['b', [await own('b', { sources: ['a.c', 'b.c'] }, 'B')]],
      ['c', [await own('c', { sources: ['a.c'], headers: ['b.c'] }, 'A')]],
    ],
    epoch: [
      ['unset', undefined],
      ['empty', ''],
      ['0', '0'],
    ],
  }
}

test(`${ROUNDS} random configurations`, async () => {
  const directory = await temporaryDirectory()
  const all = await choices(directory)
  const random = randomSource(6)
  const byName = new Map<string, BothKeys>()
  const names = { input: new Map<string, string>(), artifact: new Map<string, string>() }
  const artifacts = new Map<string, string>()
  let repeated = 0
  const path = process.env['PATH'] ?? ''
  for (let round = 0; round < ROUNDS; round++) {
    // Every third is one of those before: what is equal is found to be equal too.
    const again = round % 3 === 2 ? [...byName.keys()][random(byName.size)]!.split(' | ') : undefined
    const picked = Object.fromEntries(
      Object.entries(all).map(([kind, list], index) => [
        kind,
        again === undefined ? list[random(list.length)]! : list.find(([name]) => name === again[index])!,
      ]),
    ) as Record<keyof typeof all, Choice>
    // The machines are for 64 bits.
    if (picked.guest[0] === '32') picked.machine = all.machine[0]!
    // clang takes a number or nothing.
    if (compilers.includes(picked.cc[0]) && picked.epoch[0] === 'empty') picked.epoch = all.epoch[0]!
    const name = Object.values(picked)
      .map(([part]) => part)
      .join(' | ')
    // Linkers of the pretended compilers lie beside them; PATH is in no key.
    vi.stubEnv('PATH', random(2) === 0 ? path : `${directory}:${path}`)
    vi.stubEnv('SOURCE_DATE_EPOCH', picked.epoch[1] as string | undefined)
    const keys = await keysOf({
      guest: picked.guest[1] as Uint8Array,
      mode: picked.mode[1] as string,
      load: {
        config: picked.config[1] as false,
        extensions: picked.own[1] as string[],
        ...(picked.machine[1] !== undefined && { machine: picked.machine[1] as MachineFile }),
      },
      options: {
        cc: picked.cc[1] as string,
        ...(picked.cpu[1] !== undefined && { targetCpu: picked.cpu[1] as string }),
        cacheDir: join(directory, `cache-${random(3)}`),
      },
    })
    const before = byName.get(name)
    if (before !== undefined) {
      repeated++
      expect(keys, name).toEqual(before)
    }
    byName.set(name, keys)
    for (const kind of ['input', 'artifact'] as const) {
      expect(names[kind].get(keys[kind]) ?? name, `the ${kind} key of two configurations`).toBe(name)
      names[kind].set(keys[kind], name)
    }
    expect(artifacts.get(keys.input) ?? keys.artifact, 'one input key, two artifact keys').toBe(keys.artifact)
    artifacts.set(keys.input, keys.artifact)
  }
  expect(repeated).toBeGreaterThan(ROUNDS / 4)
  expect(artifacts.size).toBeGreaterThan(ROUNDS / 2)
})
