/** Chooses the cache directory and decides whether it can be trusted: a cached library is code that we run. */
import { accessSync, constants, lstatSync, mkdirSync, readlinkSync, statSync, type Stats } from 'node:fs'
import { userInfo } from 'node:os'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import type { Environment } from '../environment.ts'
import { RvrError, messageOf } from '../errors.ts'
import { layoutOf } from './layout.ts'
import { replaceability, unsafety } from './ownership.ts'

/**
 * The user's home: HOME, else what the system's table of users says; undefined where neither names an absolute
 * directory.
 */
function homeDirectory({ HOME: home }: Environment): string | undefined {
  if (home !== undefined && isAbsolute(home)) return home
  try {
    const { homedir } = userInfo()
    return isAbsolute(homedir) ? homedir : undefined
  } catch {
    return undefined // a user without an entry, as in containers
  }
}

/**
 * The option, else RVR_CACHE_DIR, else `$XDG_CACHE_HOME/rvr`, else `~/.cache/rvr`; relative values of HOME and
 * XDG_CACHE_HOME count for nothing. Absolute; undefined where there is none of them.
 */
export function cacheDirectory(option: string | undefined, environment: Environment): string | undefined {
  const named = option ?? environment['RVR_CACHE_DIR']
  if (named !== undefined && named !== '') return resolve(named)
  const xdg = environment['XDG_CACHE_HOME']
  // The XDG specification says that relative paths are to be ignored.
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, 'rvr')
  const home = homeDirectory(environment)
  return home === undefined ? undefined : join(home, '.cache', 'rvr')
}

/** `read-only`: entries may be used, none can be added. `off`: there is nothing to use. */
export type DirectoryState =
  | { readonly state: 'ready' }
  | {
      readonly state: 'read-only' | 'off'
      readonly reason: string
      /** False: the caller turned it off. */
      readonly isWanted?: false | undefined
    }

/** The system follows as many links on the way to a file. */
const MAX_LINKS = 40

function refuse(directory: string, path: string, why: string, advice?: string): RvrError {
  const subject =
    path === directory ? `the cache directory ${path}` : `${path}, a part of the cache directory ${directory},`
  return new RvrError('CACHE_UNSAFE', `${subject} ${why}; a cached library is code that would run with your rights`, {
    hint: advice ?? 'Choose a directory of your own with --cache-dir or RVR_CACHE_DIR.',
    details: { path, directory },
  })
}

function statsOf(path: string): Stats | undefined {
  try {
    return lstatSync(path)
  } catch {
    return undefined // not there yet, or not to be seen: then nothing can be made there either
  }
}

/**
 * Throws CACHE_UNSAFE when another user could put something else in the place of `directory`: every directory above it
 * and every link on the way, and those that links lead through, have to belong to the user or root and must not be
 * writable by others, unless they are sticky.
 */
function checkWay(directory: string): void {
  let at = '/'
  let rest = directory.split('/').filter(name => name !== '')
  const seen = (path: string, stats: Stats): void => {
    const why = replaceability(stats)
    if (why !== undefined)
      throw refuse(
        directory,
        path,
        why,
        why.startsWith('belongs')
          ? undefined
          : `If only you have used it so far: chmod go-w ${path}. Otherwise choose another one with --cache-dir.`,
      )
  }
  for (let links = 0; ;) {
    const stats = statsOf(at)
    if (stats === undefined) return
    if (stats.isSymbolicLink()) {
      seen(at, stats)
      if (++links > MAX_LINKS) return
      const target = readlinkSync(at)
      rest = [...target.split('/').filter(name => name !== ''), ...rest]
      at = isAbsolute(target) ? '/' : dirname(at)
      continue
    }
    const name = rest.shift()
    if (name === undefined) return // the directory itself has a stricter check
    seen(at, stats)
    at = join(at, name)
  }
}

/**
 * Throws CACHE_UNSAFE when another user owns `path` or can write to it; where a link is allowed, it is checked itself
 * and where it leads.
 */
function checkOwnership(directory: string, path: string): void {
  const check = (stats: Stats): void => {
    const why = unsafety(stats)
    if (why !== undefined)
      throw refuse(
        directory,
        path,
        why,
        why.startsWith('belongs')
          ? undefined
          : `If only you have used it so far: chmod 700 ${path}. Otherwise choose another one with --cache-dir.`,
      )
  }
  const stats = lstatSync(path)
  check(stats)
  if (!stats.isSymbolicLink()) return
  if (path !== directory)
    throw refuse(
      directory,
      path,
      'is a symbolic link',
      'Nothing in a cache directory is a link: remove it, or choose another directory with --cache-dir.',
    )
  check(statSync(path))
}

/**
 * Creates what is missing of `path`, mode 0700. Node's own recursive mkdir never returns where a file system answers
 * ENOENT below an existing directory (/proc).
 */
function create(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    if (code(error) === 'EEXIST' && statSync(path).isDirectory()) return
    if (code(error) !== 'ENOENT' || dirname(path) === path) throw error
    create(dirname(path))
    mkdirSync(path, { mode: 0o700 })
  }
}

function code(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? ''
}

/**
 * Creates and checks a cache directory. Throws CACHE_UNSAFE when it cannot be trusted; any other trouble is a degraded
 * state, not an error.
 */
export function prepareDirectory(path: string): DirectoryState {
  const { root, ...folders } = layoutOf(path)
  checkWay(path)
  try {
    create(path)
  } catch (error) {
    return { state: 'off', reason: `${path} cannot be created: ${messageOf(error)}` }
  }
  try {
    let failure: unknown
    for (const folder of [path, root, ...Object.values(folders)]) {
      try {
        create(folder)
      } catch (error) {
        failure ??= error // those that exist are checked all the same
      }
      if (statsOf(folder) !== undefined) checkOwnership(path, folder)
    }
    if (failure !== undefined) throw failure
    accessSync(root, constants.R_OK | constants.W_OK | constants.X_OK)
    return { state: 'ready' }
  } catch (error) {
    if (error instanceof RvrError) throw error
    const readable = ['EROFS', 'EACCES', 'EPERM', 'ENOSPC', 'EDQUOT'].includes(code(error))
    return { state: readable ? 'read-only' : 'off', reason: `${path} cannot be written: ${messageOf(error)}` }
  }
}

/** Is there a directory at `path` that nobody but the user and root could have filled? Makes one that is missing. */
export function isOwnDirectory(path: string): boolean {
  try {
    checkWay(path)
    create(path)
    checkOwnership(path, path)
    return true
  } catch {
    return false
  }
}
