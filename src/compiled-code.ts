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
export function keepCompiledCode(environment: Environment): void {
  const cache = cacheDirectory(undefined, { ...environment, RVR_CACHE_DIR: undefined })
  if (cache === undefined || environment['NODE_COMPILE_CACHE'] !== undefined) return
  // Not even a home is made for it: HOME and XDG_CACHE_HOME may name what never was.
  if (!existsSync(dirname(dirname(cache)))) return
  const folder = join(cache, 'v8')
  if (isOwnDirectory(folder)) enableCompileCache(folder)
}
