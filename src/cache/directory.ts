/** Chooses the cache directory and decides whether it can be trusted: a cached library is code that we run. */
import { accessSync, constants, lstatSync, mkdirSync, statSync, type Stats } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { RvrError, messageOf } from '../errors.ts'
import { layoutOf } from './layout.ts'

/** The option, else RVR_CACHE_DIR, else `$XDG_CACHE_HOME/rvr`, else `~/.cache/rvr`. Absolute. */
export function cacheDirectory(option: string | undefined, environment: NodeJS.ProcessEnv): string {
  const named = option ?? environment['RVR_CACHE_DIR']
  if (named !== undefined && named !== '') return resolve(named)
  const xdg = environment['XDG_CACHE_HOME']
  // The XDG specification says that relative paths are to be ignored.
  return join(xdg !== undefined && isAbsolute(xdg) ? xdg : join(environment['HOME'] ?? homedir(), '.cache'), 'rvr')
}

/** `read-only`: entries may be used, none can be added. `off`: there is nothing to use. */
export type DirectoryState = { readonly state: 'ready' } | { readonly state: 'read-only' | 'off'; readonly reason: string }

function refuse(path: string, why: string, hint: string): RvrError {
  return new RvrError('CACHE_UNSAFE', `the cache directory ${path} ${why}; a cached library is code that would run with your rights`, { hint, details: { path } })
}

/** Throws CACHE_UNSAFE when another user owns `path` or can write to it; links are checked themselves and where they lead. */
function checkOwnership(path: string): void {
  const own = process.getuid?.()
  if (own === undefined) return
  const check = (stats: Stats, isLink: boolean): void => {
    if (stats.uid !== own) throw refuse(path, `belongs to another user (uid ${stats.uid}, you are ${own})`, 'Choose a directory of your own with --cache-dir or RVR_CACHE_DIR.')
    if (!isLink && (stats.mode & 0o022) !== 0) throw refuse(path, `can be written by other users (mode ${(stats.mode & 0o777).toString(8)})`, `If only you have used it so far: chmod 700 ${path}. Otherwise choose another one with --cache-dir.`)
  }
  const link = lstatSync(path)
  check(link, link.isSymbolicLink())
  if (link.isSymbolicLink()) check(statSync(path), false)
}

/** Creates what is missing of `path`, mode 0700. Node's own recursive mkdir never returns where a file system answers ENOENT below an existing directory (/proc). */
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

/** Creates and checks a cache directory. Throws CACHE_UNSAFE when it cannot be trusted; any other trouble is a degraded state, not an error. */
export function prepareDirectory(path: string): DirectoryState {
  const { root, ...folders } = layoutOf(path)
  try {
    create(path)
  } catch (error) {
    return { state: 'off', reason: `${path} cannot be created: ${messageOf(error)}` }
  }
  try {
    checkOwnership(path)
    create(root)
    checkOwnership(root)
    for (const folder of Object.values(folders)) create(folder)
    accessSync(root, constants.R_OK | constants.W_OK | constants.X_OK)
    return { state: 'ready' }
  } catch (error) {
    if (error instanceof RvrError) throw error
    const readable = ['EROFS', 'EACCES', 'EPERM', 'ENOSPC', 'EDQUOT'].includes(code(error))
    return { state: readable ? 'read-only' : 'off', reason: `${path} cannot be written: ${messageOf(error)}` }
  }
}
