/** `rvr compile` says the same two keys whoever runs it, from wherever, with a cache of their own. */
import { execFile } from 'node:child_process'
import { chmod, chown, copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import {
  asOtherUser,
  compilers,
  fixture,
  noOtherUser,
  OTHER_USER,
  printedKeys,
} from '../stages/library/keys/surroundings.ts'
import { bareEnvironment, main } from '../support/program.ts'
import { scratch } from './support.ts'

interface Said {
  readonly outcome: string
  readonly key: string
  readonly inputKey: string
}

async function compiled(
  guest: string,
  cc: string,
  cwd: string,
  environment: Readonly<Record<string, string>>,
  through: readonly string[],
): Promise<Said> {
  const [program, ...args] = [...through, process.execPath, main, 'compile', guest, '--cc', cc, '--json']
  const { stdout } = await promisify(execFile)(program!, args, {
    cwd,
    env: { ...bareEnvironment(), ...environment },
  })
  return (JSON.parse(stdout) as { cache: Said }).cache
}

describe.each(compilers)('%s', cc => {
  test(`here, and elsewhere as ${noOtherUser === undefined ? 'another user' : `the same user (${noOtherUser})`}`, async () => {
    const directory = await scratch()
    const [one, other] = [join(directory, 'one'), join(directory, 'the other')]
    await chmod(directory, 0o755)
    for (const home of [one, other]) await mkdir(home)
    const here = await compiled(fixture('exitcode'), cc, one, { HOME: one, LANG: 'C', TZ: 'UTC' }, [
      'sh',
      '-c',
      'umask 022; exec "$@"',
      'sh',
    ])
    const guest = join(other, 'copied guest.elf')
    await copyFile(fixture('exitcode'), guest)
    for (const path of [other, guest]) if (noOtherUser === undefined) await chown(path, OTHER_USER, OTHER_USER)
    const environment = {
      HOME: other,
      TMPDIR: other,
      LANG: 'de_DE.UTF-8',
      LC_ALL: 'tr_TR.UTF-8',
      TZ: 'Pacific/Apia',
      SHELL: '/bin/false',
      CFLAGS: '-O0',
      MAKEFLAGS: '-k',
    }
    const there = await compiled(guest, cc, other, environment, [
      ...(noOtherUser === undefined ? asOtherUser : []),
      'sh',
      '-c',
      'umask 077; exec "$@"',
      'sh',
    ])
    expect([here.outcome, there.outcome]).toEqual(['miss', 'miss'])
    expect(there).toEqual(here)
    // What the tests of keys compute without compiling is what compiling leads to.
    expect(
      JSON.parse(await printedKeys({ guest: fixture('exitcode'), compilers: [cc], cacheDir: join(one, '.cache/rvr') })),
    ).toEqual([{ cc, input: here.inputKey, artifact: here.key }])
  })
})
