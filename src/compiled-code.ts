/** V8's compiled code of this program, kept between processes: compiling it anew takes longer than running it. */
import { enableCompileCache } from 'node:module'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Environment } from './environment.ts'
import { cacheDirectory, isOwnDirectory } from './store/directory.ts'

/**
 * From here on modules are loaded with the code of earlier processes, from `v8` in the default cache directory, if only
 * the user could have put it there: it is code that runs. Node checks that it fits source, version and processor. Where
 * nothing can be kept, everything goes on without. NODE_COMPILE_CACHE and NODE_DISABLE_COMPILE_CACHE count as in any
 * program.
 */
export function keepCompiledCode(environment: Environment, user: CodeUser): void {
  const folder = compiledCodeFolder(environment, user)
  if (folder !== undefined) enableCompileCache(folder)
}

/**
 * What is kept of a file is the functions that the first process called: commands that are used all the time, and the
 * threads beside them, have a folder of their own each, so that theirs are kept.
 */
export type CodeUser = 'run' | 'cost' | 'compile' | 'others' | 'guest-thread' | 'generator-thread' | 'apc-thread'

let known: { readonly folder: string | undefined } | undefined

/** Where its code is kept; undefined where nothing can be, or where Node is told another place. Checked once. */
export function compiledCodeFolder(environment: Environment, user: CodeUser): string | undefined {
  const { folder } = (known ??= { folder: findFolder(environment) })
  return folder === undefined ? undefined : join(folder, user)
}

function findFolder(environment: Environment): string | undefined {
  const cache = cacheDirectory(undefined, { ...environment, RVR_CACHE_DIR: undefined })
  if (cache === undefined || environment['NODE_COMPILE_CACHE'] !== undefined) return undefined
  // Not even a home is made for it: HOME and XDG_CACHE_HOME may name what never was.
  if (!existsSync(dirname(dirname(cache)))) return undefined
  const folder = join(cache, 'v8')
  return isOwnDirectory(folder) ? folder : undefined
}
