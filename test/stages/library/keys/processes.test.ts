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

/** Each changes many things at once: what is told from them is told by none. */
const surroundings: Readonly<Record<string, () => Surroundings>> = {
  'another working directory, which is HOME and TMPDIR too, a locale that is there, a time zone in the east, umask 077':
    () => ({
      cwd: place,
      environment: { HOME: place, TMPDIR: place, LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', TZ: 'Pacific/Apia' },
      through: ['sh', '-c', 'umask 077; exec "$@"', 'sh'],
    }),
  'a home that is not there, another user name, a locale that is not there, a time zone in the west, the shell bash':
    () => ({
      environment: {
        HOME: '/nonexistent',
        USER: 'nobody',
        LOGNAME: 'nobody',
        SHELL: '/bin/bash',
        LANG: 'de_DE.UTF-8',
        LC_ALL: 'tr_TR.UTF-8',
        LANGUAGE: 'tr',
        TZ: 'America/Adak',
      },
      through: isThere('bash', '-c', 'true') ? shell('bash') : [],
    }),
  'variables that compilers and make look at, PATH with further directories': () => ({
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
      PATH: `${place}:${process.env['PATH']}:${place}`,
    },
  }),
}

test.each(Object.entries(surroundings))('%s', async (_, surrounding) => {
  expect(await printedKeys({ guest, compilers, cacheDir: await mkdtemp(join(place, 'cache-')) }, surrounding())).toBe(
    wanted,
  )
})

test('the default cache directory of a home', async () => {
  const home = join(place, 'home')
  await mkdir(home)
  expect(await printedKeys({ guest, compilers }, { environment: { HOME: home } })).toBe(wanted)
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
