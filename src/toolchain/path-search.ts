/** Looks for programs in the directories of PATH without running anything. */
import { accessSync, constants, readdirSync, realpathSync, statSync } from 'node:fs'
import { basename, isAbsolute, join, resolve } from 'node:path'

/**
 * Absolute directories of a PATH value, in order; relative and empty entries are ignored: they would make the choice
 * depend on the working directory.
 */
function directories(path: string): string[] {
  return [...new Set(path.split(':').filter(entry => isAbsolute(entry)))]
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

/**
 * The first executable called `name` on `path`; a name with a slash is taken as a file. Undefined where there is none.
 */
export function findExecutable(name: string, path: string): string | undefined {
  if (name.includes('/')) return isExecutable(resolve(name)) ? resolve(name) : undefined
  return directories(path)
    .map(directory => join(directory, name))
    .find(isExecutable)
}

/** All of that name, in the order of `path`; what is one file by two names counts once. */
export function findExecutables(name: string, path: string): string[] {
  const byFile = new Map<string, string>()
  for (const file of directories(path)
    .map(directory => join(directory, name))
    .filter(isExecutable)) {
    const real = realpathSync.native(file)
    if (!byFile.has(real)) byFile.set(real, file)
  }
  return [...byFile.values()]
}

/** Caching and distributing wrappers need a home directory and a configuration that rvr does not hash. */
const WRAPPERS = new Set([
  'ccache',
  'sccache',
  'distcc',
  'icecc',
  'icerun',
  'colorgcc',
  'buildcache',
  'gomacc',
  'rewrapper',
  'firebuild',
])

/** Does `file` lead to a compiler itself? */
export function isCompiler(file: string): boolean {
  try {
    return !WRAPPERS.has(basename(realpathSync.native(file)))
  } catch {
    return false
  }
}

export interface ClangCandidate {
  readonly path: string
  /** Major version as the file's name or its link tells; undefined where only running it can tell. */
  readonly major: number | undefined
}

function majorOf(file: string): number | undefined {
  const named = /^clang-(\d+)$/.exec(basename(file))
  if (named !== null) return Number(named[1])
  try {
    const linked = /(?:clang|llvm)-(\d+)(?:\/|$|\.)/.exec(realpathSync.native(file))
    return linked === null ? undefined : Number(linked[1])
  } catch {
    return undefined
  }
}

interface Listing {
  /** Of the directory when it was read. */
  readonly stamp: string
  readonly names: readonly string[]
}

/** By real path. */
const listings = new Map<string, Listing>()
/** One that changed less long ago may change again at the same time: clocks of file systems tick slowly. */
const SETTLED_MS = 2000

/**
 * Names in the directory that are a clang's, sorted. One that has not changed is not read again: there are thousands.
 */
function clangNames(directory: string): readonly string[] {
  const { dev, ino, mtimeNs, ctimeNs, ctimeMs } = statSync(directory, { bigint: true })
  const stamp = [dev, ino, mtimeNs, ctimeNs].join()
  const known = listings.get(directory)
  if (known?.stamp === stamp) return known.names
  const names = readdirSync(directory)
    .filter(entry => /^clang(-\d+)?$/.test(entry))
    .toSorted()
  if (Date.now() - Number(ctimeMs) > SETTLED_MS) listings.set(directory, { stamp, names })
  return names
}

/** Every clang on `path`: known versions first, newest first; then those of unknown version in PATH order. */
export function findClangs(path: string): ClangCandidate[] {
  const found: ClangCandidate[] = []
  const seen = new Set<string>()
  for (const directory of directories(path)) {
    let names: readonly string[]
    try {
      // /bin is often a link to /usr/bin: thousands of names to read once.
      const real = realpathSync.native(directory)
      if (seen.has(real)) continue
      seen.add(real)
      names = clangNames(real)
    } catch {
      continue // PATH may name directories that do not exist
    }
    for (const name of names) {
      const file = join(directory, name)
      if (isExecutable(file) && isCompiler(file)) found.push({ path: file, major: majorOf(file) })
    }
  }
  return found.toSorted((a, b) => (b.major ?? -1) - (a.major ?? -1))
}
