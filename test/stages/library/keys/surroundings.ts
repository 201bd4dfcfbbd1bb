/** Compilers of this host, a copy of the checkout, and processes that print keys. */
import { execFile, spawnSync } from 'node:child_process'
import { chmod, cp, mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { fileURLToPath } from 'node:url'
import { bareEnvironment } from '../../../support/program.ts'
import type { Question } from './print-keys.ts'

export const root = fileURLToPath(new URL('../../../..', import.meta.url))
export const fixture = (name: string, xlen: 32 | 64 = 64): string =>
  join(root, `cache-fixtures/guests/elf/${name}.rv${xlen}.elf`)

/** Does the program run here? */
export const isThere = (program: string, ...args: string[]): boolean =>
  spawnSync(program, args, { stdio: 'ignore' }).status === 0

/** Those of gcc and clang that this host has. */
export const compilers = ['gcc', 'clang-22'].filter(name => isThere(name, '--version'))

/** A user id other than the superuser's and the tests' own. */
export const OTHER_USER = 65_534
export const asOtherUser = ['setpriv', `--reuid=${OTHER_USER}`, `--regid=${OTHER_USER}`, '--clear-groups'] as const
/** Undefined when a process can be another user's, else why not. */
export const noOtherUser =
  process.getuid?.() !== 0
    ? 'only root can be somebody else'
    : !isThere('setpriv', ...asOtherUser.slice(1), 'true')
      ? 'there is no setpriv'
      : !isThere('setpriv', ...asOtherUser.slice(1), process.execPath, join(root, 'src/cli/main.ts'), '--version')
        ? 'others cannot read the sources'
        : undefined

/** Everything that prints keys, in another place. */
export async function copyOfCheckout(directory: string): Promise<string> {
  const copy = join(directory, 'another checkout')
  for (const name of ['src', 'templates', 'ffi', 'package.json', 'test/stages/library/keys']) {
    await mkdir(join(copy, name, '..'), { recursive: true })
    await cp(join(root, name), join(copy, name), { recursive: true })
  }
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'))
  await chmod(directory, 0o755)
  return copy
}

export interface Surroundings {
  readonly cwd?: string
  readonly environment?: Readonly<Record<string, string>>
  /** Words in front of the command. */
  readonly through?: readonly string[]
  readonly checkout?: string
}

/** What `print-keys.ts` prints in a process of its own, whose environment is PATH and what is given. */
export async function printedKeys(
  question: Question,
  { cwd = '/', environment = {}, through = [], checkout = root }: Surroundings = {},
): Promise<string> {
  const [program, ...args] = [
    ...through,
    process.execPath,
    join(checkout, 'test/stages/library/keys/print-keys.ts'),
    JSON.stringify(question),
  ]
  const { stdout } = await promisify(execFile)(program!, args, {
    cwd,
    env: { ...bareEnvironment(), ...environment },
  })
  return stdout
}
