/** Equal inputs give equal keys: from any directory, user, locale, time zone, shell and checkout. */
import { chmod, chown, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  asOtherUser,
  compilers,
  copyOfCheckout,
  fixture,
  isThere,
  noOtherUser,
  OTHER_USER,
  printedKeys,
  root,
  type Surroundings,
} from './surroundings.ts'

const guest = fixture('exitcode')
let place: string, wanted: string
const shell = (...words: string[]): string[] => [...words, '-c', 'exec "$@"', 'sh']

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'rvr-keys-'))
  wanted = await printedKeys({ guest, compilers, cacheDir: join(place, 'first') })
  expect(JSON.parse(wanted)).toEqual(
    compilers.map(cc => ({
      cc,
      input: expect.stringMatching(/^[0-9a-f]{64}$/),
      artifact: expect.stringMatching(/^[0-9a-f]{64}$/),
    })),
  )
  expect(
    new Set(
      (JSON.parse(wanted) as { input: string; artifact: string }[]).flatMap(({ input, artifact }) => [input, artifact]),
    ).size,
  ).toBe(2 * compilers.length)
})
afterAll(() => rm(place, { recursive: true, force: true }))

const surroundings: Readonly<Record<string, () => Surroundings>> = {
  'another working directory, which is HOME and TMPDIR too': () => ({
    cwd: place,
    environment: { HOME: place, TMPDIR: place },
  }),
  'a home that is not there, another user name': () => ({
    environment: { HOME: '/nonexistent', USER: 'nobody', LOGNAME: 'nobody' },
  }),
  'a locale that is there, a time zone in the east': () => ({
    environment: { LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', TZ: 'Pacific/Apia' },
  }),
  'a locale that is not there, a time zone in the west': () => ({
    environment: { LANG: 'de_DE.UTF-8', LC_ALL: 'tr_TR.UTF-8', LANGUAGE: 'tr', TZ: 'America/Adak' },
  }),
  'variables that compilers and make look at': () => ({
    environment: {
      CFLAGS: '-O0',
      CPATH: place,
      C_INCLUDE_PATH: place,
      LIBRARY_PATH: place,
      COMPILER_PATH: place,
      GCC_EXEC_PREFIX: place,
      MAKEFLAGS: '-k',
      MAKEFILES: '/dev/null',
      CC: 'false',
      CCC_OVERRIDE_OPTIONS: '+-O0',
    },
  }),
  'PATH with further directories': () => ({ environment: { PATH: `${place}:${process.env['PATH']}:${place}` } }),
  'umask 077': () => ({ through: ['sh', '-c', 'umask 077; exec "$@"', 'sh'] }),
}

test.each(Object.entries(surroundings))('%s', async (_, surrounding) => {
  expect(await printedKeys({ guest, compilers, cacheDir: await mkdtemp(join(place, 'cache-')) }, surrounding())).toBe(
    wanted,
  )
})

test.each(['sh', 'bash', 'dash'].filter(name => isThere(name, '-c', 'true')))('from the shell %s', async name => {
  const surrounding = { through: shell(name), environment: { SHELL: `/bin/${name}` } }
  expect(await printedKeys({ guest, compilers, cacheDir: await mkdtemp(join(place, 'cache-')) }, surrounding)).toBe(
    wanted,
  )
})

test('the default cache directory of two homes', async () => {
  for (const name of ['one', 'two']) {
    await mkdir(join(place, name))
    expect(await printedKeys({ guest, compilers }, { environment: { HOME: join(place, name) } })).toBe(wanted)
  }
})

test('a copy of the guest under another name', async () => {
  const copy = join(place, 'a guest.elf')
  await copyFile(guest, copy)
  expect(await printedKeys({ guest: copy, compilers, cacheDir: join(place, 'first') })).toBe(wanted)
})

test('a copy of the checkout has the same keys, until a template or a line of the generator changes', async () => {
  const checkout = await copyOfCheckout(await mkdtemp(join(place, 'copy-')))
  const cacheDir = join(place, 'copied')
  expect(await printedKeys({ guest, compilers, cacheDir }, { checkout, cwd: checkout })).toBe(wanted)
  const seen = new Set([wanted])
  const append = (file: string, text: string): Promise<void> => writeFile(join(checkout, file), text, { flag: 'a' })
  for (const file of ['templates/project/Makefile', 'src/codegen/emitter.ts', 'src/program/slots.ts']) {
    await append(file, '\n')
    seen.add(await printedKeys({ guest, compilers, cacheDir }, { checkout }))
  }
  expect(seen.size).toBe(4)
  const text = JSON.stringify({
    ...(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as object),
    version: '99.0.0',
  })
  await writeFile(join(checkout, 'package.json'), text)
  expect(seen).not.toContain(await printedKeys({ guest, compilers, cacheDir }, { checkout }))
})

test.skipIf(noOtherUser !== undefined)(
  `another user${noOtherUser === undefined ? '' : ` (${noOtherUser})`}`,
  async () => {
    await chmod(place, 0o755)
    const home = join(place, 'home of another')
    await mkdir(home)
    await chown(home, OTHER_USER, OTHER_USER)
    expect(await printedKeys({ guest, compilers }, { through: asOtherUser, environment: { HOME: home } })).toBe(wanted)
  },
)
