/** Every part that matters changes both keys, and in the input key nothing but its own part. */
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { MachineFile } from '../../../../src/machine/machine.ts'
import { temporaryDirectory } from '../../../store/sample.ts'
import { differing, keysOf, type BothKeys, type Configuration } from './keys-of.ts'
import { fixture } from './surroundings.ts'
import { fakeTools, type Tools } from './tools.ts'

let directory: string
let tools: Tools
let caches = 0
beforeEach(async () => {
  directory = await temporaryDirectory()
  tools = await fakeTools(join(directory, 'bin'))
  vi.stubEnv('PATH', tools.bin)
  vi.stubEnv('RVR_CC', undefined)
  vi.stubEnv('SOURCE_DATE_EPOCH', undefined)
})
afterEach(() => vi.unstubAllEnvs())

/** Keys with a cache of their own: nothing is remembered from before. */
const keys = (change: Partial<Configuration> = {}): Promise<BothKeys> =>
  keysOf({
    guest: fixture('exitcode'),
    ...change,
    options: { cacheDir: join(directory, `cache-${caches++}`), ...change.options },
  })

/** Both keys are others; in the input key the parts of these names, and no others, have changed. */
function expectChanged(before: BothKeys, after: BothKeys, ...parts: string[]): void {
  expect(differing(before.inputParts, after.inputParts)).toEqual(parts.toSorted())
  expect(after.input).not.toBe(before.input)
  expect(after.artifact).not.toBe(before.artifact)
}

test('nothing: equal keys', async () => {
  expect(await keys()).toEqual(await keys())
})

test('a byte of the guest, even one that is never loaded', async () => {
  const bytes = await readFile(fixture('exitcode'))
  const before = await keys({ guest: Uint8Array.from(bytes) })
  bytes[bytes.length - 1]! ^= 1
  expectChanged(before, await keys({ guest: bytes }), 'guest')
})

test('the mode: four modes, four keys', async () => {
  const all = []
  for (const mode of ['pure', 'metered', 'metered-cost', 'profile']) all.push(await keys({ mode }))
  for (const after of all.slice(1)) expectChanged(all[0]!, after, 'mode')
  for (const name of ['input', 'artifact'] as const) expect(new Set(all.map(each => each[name])).size).toBe(4)
})

test('the profile: none, one, one of other counts', async () => {
  const none = await keys()
  const one = await keys({ profile: new Map([[0x200800, 5]]) })
  expectChanged(none, one, 'profile')
  expectChanged(one, await keys({ profile: new Map([[0x200800, 6]]) }), 'profile')
  expectChanged(none, await keys({ profile: new Map() }), 'profile')
})

test('the ABI of the guest, with the chips that its instructions have', async () => {
  expectChanged(await keys(), await keys({ load: { abi: 'linux' } }), 'input/abi', 'input/extensions', 'machine')
})

test('the machine: a width, whether given as a file or as an object', async () => {
  const file = join(directory, 'machine.json')
  const machine = JSON.parse(
    await readFile(new URL('../../../../src/machine/rv64im.json', import.meta.url), 'utf8'),
  ) as MachineFile & { chips: { width: number }[] }
  await writeFile(file, JSON.stringify(machine))
  const before = await keys({ load: { machine: file } })
  expect(await keys()).toEqual(before)
  machine.chips[0]!.width++
  await writeFile(file, JSON.stringify(machine, undefined, 2))
  const after = await keys({ load: { machine: file } })
  expectChanged(before, after, 'machine')
  expect(await keys({ load: { machine } })).toEqual(after)
})

test('a table of the configuration', async () => {
  const before = await keys({
    load: {
      config: {
        app_vm_config: {
          modular: {
            supported_moduli: ['115792089237316195423570985008687907853269984665640564039457584007908834671663'],
          },
        },
      },
    },
  })
  const after = await keys({
    load: {
      config: {
        app_vm_config: {
          modular: {
            supported_moduli: ['115792089237316195423570985008687907852837564279074904382605163141518161494337'],
          },
        },
      },
    },
  })
  expectChanged(before, after, 'input/extensions')
})

test.each([
  ['clang-22', 'cc'],
  ['ld', 'ld'],
  ['make', 'make'],
] as const)('%s replaced under the same name and version', async (name, part) => {
  const before = await keys()
  await tools.write(name, 'other contents')
  expectChanged(before, await keys(), `tool/${part}/digest`)
  await tools.write(name)
  expect(await keys()).toEqual(before)
})

test('what the compiler knows of the CPU, and features that the CPU must have', async () => {
  const before = await keys()
  await tools.macros('#define __CPU_TUNING__ 1')
  expectChanged(before, await keys(), 'target/facts')
  // For a named CPU features count whether this host has them or not.
  const options = { targetCpu: 'some-cpu' }
  await tools.macros()
  const named = await keys({ options })
  await tools.macros(process.arch === 'arm64' ? '#define __ARM_FEATURE_SVE 1' : '#define __TBM__ 1')
  expectChanged(named, await keys({ options }), 'target/facts', 'target/features')
})

test('the CPU that is compiled for', async () => {
  const one = await keys({ options: { targetCpu: 'one-cpu' } })
  const other = await keys({ options: { targetCpu: 'other-cpu' } })
  const flags = differing(one.inputParts, other.inputParts).filter(name => name.startsWith('flags/compile/'))
  expect(flags.length).toBe(1)
  expectChanged(one, other, 'target/cpu', ...flags)
})

test('each value of a variable that reaches the compiler: unset, empty, set, set otherwise', async () => {
  const all = []
  for (const value of [undefined, '', '0', '1']) {
    vi.stubEnv('SOURCE_DATE_EPOCH', value)
    all.push(await keys())
  }
  for (const after of all.slice(1)) expectChanged(all[0]!, after, 'environment/SOURCE_DATE_EPOCH')
  for (const name of ['input', 'artifact'] as const) expect(new Set(all.map(each => each[name])).size).toBe(4)
})

/** An extension whose files lie beside it; that they are no C and no library matters to a compiler only. */
async function extension(files: { sources?: string[]; headers?: string[]; libraries?: string[] }): Promise<string> {
  const folder = join(directory, `own-${caches++}`)
  await mkdir(folder)
  const row = `{ kind: 'host', name: 'nothing', format: 'R', mask: 0xfe00707f, match: 0x5b }`
  await writeFile(
    join(folder, 'extension.mjs'),
    `export default { name: 'own', rows: [${row}], handlers: { nothing: () => undefined }, ...${JSON.stringify(files)} }`,
  )
  for (const path of Object.values(files).flat()) {
    await mkdir(join(folder, path, '..'), { recursive: true })
    await writeFile(join(folder, path), `contents of ${path}`)
  }
  return folder
}

test.each([
  ['source', { sources: ['own.c'] }],
  ['header', { headers: ['own.h'] }],
  ['library', { libraries: ['libown.a'] }],
] as const)('the contents of a %s of an extension behind an unchanged path', async (_, files) => {
  const lists = files as { sources?: string[] }
  const [name] = Object.values(lists).flat()
  const own = await extension(lists)
  const before = await keys({ load: { extensions: [own] } })
  await writeFile(join(own, name!), `contents of ${name!.toUpperCase()}`)
  expectChanged(before, await keys({ load: { extensions: [own] } }), `extension/own/${name}`, 'input/extensions')
  // The same under another path is the same.
  const other = await extension(lists)
  expect(await keys({ load: { extensions: [other] } })).toEqual(before)
})

test('what a file of an extension is for, and files of one name', async () => {
  const one = await keys({ load: { extensions: [await extension({ sources: ['a.c', 'b.c'] })] } })
  expectChanged(
    one,
    await keys({ load: { extensions: [await extension({ sources: ['a.c'], headers: ['b.c'] })] } }),
    'input/extensions',
  )
  const own = await extension({ headers: ['one/table.h', 'other/table.h'] })
  const before = await keys({ load: { extensions: [own] } })
  await copyFile(join(own, 'one/table.h'), join(own, 'other/table.h'))
  expectChanged(before, await keys({ load: { extensions: [own] } }), 'extension/own/table.h#2', 'input/extensions')
})
