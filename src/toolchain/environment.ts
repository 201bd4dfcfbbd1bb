/** The environment that make and the compiler get: an explicit list, never what happens to be set. */
import type { Environment } from '../environment.ts'
import { dirname } from 'node:path'

/**
 * Variables that can change what a compiler writes. They are part of the key with exactly these values; undefined (not
 * passed on) differs from empty. Everything else of the caller's environment is withheld: MAKEFLAGS, CFLAGS, CPATH,
 * LD_PRELOAD, HOME and the like.
 */
export type HashedEnvironment = Readonly<Record<string, string | undefined>>

/**
 * Where compilers of environment modules and the like have their libraries. Passed on, and hashed, for those alone that
 * do not work without it: it differs from shell to shell.
 */
export const LIBRARY_PATH = 'LD_LIBRARY_PATH'

/** The hashed part of the environment, from the caller's own. */
export function hashedEnvironment(from: Environment): HashedEnvironment {
  return { LANG: 'C', LC_ALL: 'C', TZ: 'UTC', SOURCE_DATE_EPOCH: from['SOURCE_DATE_EPOCH'] }
}

/**
 * The complete environment of a tool. PATH and TMPDIR are places, not contents, and stay out of the key: PATH is
 * derived from the tools, whose contents are in the key, and TMPDIR lies in the project directory so that an
 * interrupted compiler leaves nothing elsewhere.
 */
export function toolEnvironment(
  hashed: HashedEnvironment,
  toolPaths: readonly string[],
  temporaryDirectory?: string,
): Record<string, string> {
  const directories = [...new Set([...toolPaths.map(path => dirname(path)), '/usr/bin', '/bin'])]
  const environment: Record<string, string> = { PATH: directories.join(':') }
  for (const [name, value] of Object.entries(hashed)) if (value !== undefined) environment[name] = value
  if (temporaryDirectory !== undefined) environment['TMPDIR'] = temporaryDirectory
  return environment
}
