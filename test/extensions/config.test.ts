/** How a guest's configuration is found, what is wrong with one, and what depends on it. */
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Rvr, type Guest, type LoadOptions } from '../../src/index.ts'
import { cli, expectEnd, expectFailure, jsonOf, place, warningsOf } from '../cli/e2e-support.ts'
import { errorOf, program, useRvr } from '../run/support.ts'
import { scratch } from '../e2e/support.ts'
import { busyGuest, CRC32 } from './own/crc32-guest.ts'

const host = useRvr()
const elf = program(64, code => code.op('terminate', { imm: 1 }))
const MODULAR = '[app_vm_config.modular]\nsupported_moduli = ["17"]\n'
const names = ({ abi }: Guest): string[] => abi.extensions.map(({ name }) => name)
const base = ['i', 'm', 'io']

/** A folder with a guest and, where given, the configuration beside it. */
async function guestWith(beside?: string): Promise<{ directory: string; guest: string }> {
  const directory = await scratch()
  const guest = join(directory, 'guest.elf')
  await writeFile(guest, elf)
  if (beside !== undefined) await writeFile(join(directory, 'openvm.toml'), beside)
  return { directory, guest }
}

describe('which configuration counts', () => {
  test('none: keccak, sha2 and int256', async () => {
    const { guest } = await guestWith()
    for (const subject of [guest, elf])
      expect(names(await host.rvr.load(subject))).toEqual([...base, 'keccak', 'sha2', 'int256'])
  })

  test('the one beside the guest; another; an object; none after all', async () => {
    const { directory, guest } = await guestWith(MODULAR)
    const other = join(directory, 'other.toml')
    await writeFile(other, '[app_vm_config.keccak]\n[app_vm_config.rv64i]\n[app_vm_config.io]\n')
    const found = async (options?: LoadOptions): Promise<string[]> => names(await host.rvr.load(guest, options))
    expect(await found()).toEqual([...base, 'modular'])
    expect(await found({ config: other })).toEqual([...base, 'keccak'])
    expect(await found({ config: { app_vm_config: { sha256: {}, bigint: {} } } })).toEqual([...base, 'sha2', 'int256'])
    expect(await found({ config: {} })).toEqual(base)
    expect(await found({ config: false })).toEqual([...base, 'keccak', 'sha2', 'int256'])
    expect(await found({ abi: 'linux' })).not.toContain('modular')
    expect(await found({ config: false, extensions: [CRC32] })).toContain('crc32')
    expect(await found({ extensions: [CRC32] })).toEqual([...base, 'modular', 'crc32'])
  })

  test('a table that rvr does not know is one warning', async () => {
    const { guest } = await guestWith(
      `${MODULAR}[app_vm_config.poseidon]\nrounds = 3\n[app_vm_config.system]\n[app_vm_config.tiny]\n`,
    )
    const warnings: string[] = []
    await using rvr = await Rvr.create({
      cacheDir: false,
      onEvent: event => {
        if (event.type === 'warning') warnings.push(event.message)
      },
    })
    await rvr.load(guest, { extensions: [new URL('own/tiny', import.meta.url).pathname] })
    expect(warnings).toEqual([
      `configuration ${join(guest, '../openvm.toml')}: rvr has no extension poseidon; its instructions will end the guest`,
    ])
  })
})

describe('what is wrong with one', () => {
  const cases: readonly (readonly [what: string, toml: string, says: RegExp])[] = [
    ['no TOML', '[app_vm_config\n', /: no TOML: /],
    ['no table of tables', 'app_vm_config = 5\n', /: field app_vm_config: found 5, wanted a table$/],
    [
      'an extension that is no table',
      '[app_vm_config]\nkeccak = true\n',
      /: field app_vm_config\.keccak: found true, wanted a table$/,
    ],
    [
      'a missing field',
      '[app_vm_config.modular]\n',
      /: field app_vm_config\.modular\.supported_moduli: found nothing, wanted a list/,
    ],
    [
      'a field of the wrong type',
      '[app_vm_config.modular]\nsupported_moduli = "17"\n',
      /: field app_vm_config\.modular\.supported_moduli: found "17", wanted a list/,
    ],
    [
      'an item of the wrong type',
      '[app_vm_config.modular]\nsupported_moduli = ["17", 19]\n',
      /: field app_vm_config\.modular\.supported_moduli\.1: found 19, wanted an odd number/,
    ],
  ]
  test.each(cases)('%s', async (_what, toml, says) => {
    const { directory, guest } = await guestWith(toml)
    const error = await errorOf(host.rvr.load(guest))
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringMatching(says) })
    expect(error.message).toContain(`configuration ${join(directory, 'openvm.toml')}: `)
    expect(error.hint).toBeTruthy()
  })

  test('an object that is none', async () => {
    expect(await errorOf(host.rvr.load(elf, { config: { app_vm_config: [] } }))).toMatchObject({
      code: 'CONFIG_INVALID',
      message: 'configuration <object>: field app_vm_config: found a list of 0, wanted a table',
      details: { field: 'app_vm_config', origin: '<object>' },
    })
  })

  test('a file that is not there, and one that is a directory', async () => {
    const { directory, guest } = await guestWith()
    expect(await errorOf(host.rvr.load(guest, { config: join(directory, 'none.toml') }))).toMatchObject({
      code: 'IO',
      message: expect.stringContaining('none.toml'),
    })
    await mkdir(join(directory, 'openvm.toml'))
    expect(await errorOf(host.rvr.load(guest))).toMatchObject({
      code: 'IO',
      message: expect.stringContaining('openvm.toml'),
    })
  })

  test('one for ABI linux is bad usage', async () => {
    expect(await errorOf(host.rvr.load(elf, { abi: 'linux', config: { app_vm_config: {} } }))).toMatchObject({
      code: 'USAGE',
      message: 'ABI linux has no configuration',
    })
  })
})

test('a library made with another configuration or other extensions is refused', async () => {
  const directory = await scratch()
  const file = join(directory, 'guest.so')
  const load = (modulus: string, more: LoadOptions = {}): Promise<Guest> =>
    host.rvr.load(elf, { config: { app_vm_config: { modular: { supported_moduli: [modulus] } } }, ...more })
  const guest = await load('17')
  await (await guest.compile('pure')).save(file)
  for (const other of [await load('19'), await load('17', { extensions: [CRC32] }), await host.rvr.load(elf)]) {
    const error = await errorOf(other.loadArtifact(file))
    expect(error).toMatchObject({
      code: 'ARTIFACT_REFUSED',
      details: { reason: 'extensions', found: guest.abi.digest, wanted: other.abi.digest },
    })
    expect(error.hint).toBeTruthy()
  }
  // The same content, said otherwise.
  expect((await (await load('0x11')).loadArtifact(file)).mode).toBe('pure')
})

describe('the command line', () => {
  test.concurrent('--extension and --config', async () => {
    const at = place()
    const guest = join(at.directory, 'guest.elf')
    const config = join(at.directory, 'mine.toml')
    await writeFile(guest, busyGuest(64, 3))
    await writeFile(config, '[app_vm_config.keccak]\n[app_vm_config.poseidon]\n')
    const result = await cli(at, [
      'run',
      guest,
      '--extension',
      CRC32,
      '--config',
      config,
      '--mode',
      'metered-cost',
      '--seed',
      '4',
      '--json',
    ])
    expect(warningsOf(result)).toEqual([
      `rvr: warning: configuration ${config}: rvr has no extension poseidon; its instructions will end the guest`,
    ])
    expect({ ...result, json: jsonOf(result) }).toMatchObject({
      status: 1,
      json: { outcome: 'terminated', exitCode: 3, cache: { outcome: 'miss' } },
    })
    const again = await cli(at, [
      'run',
      guest,
      '--extension',
      join(CRC32, 'extension.ts'),
      '--mode',
      'metered-cost',
      '--seed',
      '4',
      '--json',
      '--tier',
      'interp',
    ])
    expect(jsonOf(again)).toMatchObject({
      exitCode: 3,
      cost: jsonOf(result).cost,
      instret: jsonOf(result).instret,
      publicValues: jsonOf(result).publicValues,
    })
    expectEnd(await cli(at, ['run', guest, '--extension', CRC32, '--check', '-q']), 1)
  })

  test.concurrent('without its extension a guest ends at the first such word, and the report says so', async () => {
    const at = place()
    const guest = join(at.directory, 'guest.elf')
    await writeFile(guest, busyGuest(64, 3))
    for (const engine of ['native', 'interp']) {
      const result = await cli(at, ['run', guest, '--tier', engine])
      expectEnd(result, 1)
      expect(result.stdout).toMatch(
        /^terminated +exit code 2\nnote +the word 0x[0-9a-f]{7}b at 0x200[0-9a-f]{3} is no instruction here; custom-2 belongs to extensions: the guest may need --config or --extension\n/,
      )
    }
    const plain = join(at.directory, 'plain.elf')
    await writeFile(
      plain,
      program(64, code => code.op('terminate', { imm: 2 })),
    )
    expect((await cli(at, ['run', plain, '--tier', 'interp'])).stdout).not.toContain('note')
    await writeFile(
      plain,
      program(64, code => code.word(0)),
    )
    expect((await cli(at, ['run', plain, '--tier', 'interp'])).stdout).toContain('is no instruction here\n')
  })

  test.concurrent('what is wrong exits with 2', async () => {
    const at = place()
    const guest = join(at.directory, 'guest.elf')
    const config = join(at.directory, 'bad.toml')
    await writeFile(guest, elf)
    await writeFile(config, '[app_vm_config.modular]\nsupported_moduli = 5\n')
    expectFailure(
      await cli(at, ['run', guest, '--config', config]),
      2,
      config,
      /field app_vm_config\.modular\.supported_moduli: found 5, wanted a list/,
    )
    expectFailure(await cli(at, ['compile', guest, '--config', join(at.directory, 'none.toml')]), 2, 'none.toml')
    expectFailure(await cli(at, ['run', guest, '--extension', at.directory]), 2, 'there is no extension at')
    await copyFile(config, join(at.directory, 'openvm.toml'))
    const beside = await cli(at, ['run', guest, '--json'])
    expectFailure(beside, 2, /openvm\.toml: field app_vm_config\.modular/)
    expect(jsonOf(beside)).toMatchObject({
      error: { code: 'CONFIG_INVALID', details: { field: 'app_vm_config.modular.supported_moduli' } },
    })
    expectFailure(
      await cli(at, ['run', guest, '--abi', 'linux', '--config', config]),
      2,
      'ABI linux has no configuration',
    )
  })
})
