/** `rvr compile` without -o: the library stays in the cache, or there is no success to speak of. */
import { RvrError } from '../../../errors.ts'
import type { ModeName } from '../../../modes/registry.ts'
import type { Artifact } from '../../../sdk/artifact.ts'
import type { Guest } from '../../../sdk/guest.ts'
import type { CompileOptions } from '../../../sdk/options.ts'
import type { Cache } from '../../../store/cache.ts'

const unkept = (why: string): RvrError =>
  new RvrError('COMPILE_FAILED', `there is no place for the library: ${why}`, {
    hint: 'Add -o FILE, or choose another cache with --cache-dir or RVR_CACHE_DIR.',
  })

/**
 * Nothing is compiled that cannot be kept; what is stored already may come from a cache that cannot be written.
 *
 * @throws RvrError `COMPILE_FAILED`.
 */
export async function checkPlace({ state, directory }: Cache, isStored: () => Promise<boolean>): Promise<void> {
  if (state === 'ready' || (state === 'read-only' && (await isStored()))) return
  if (directory === undefined) throw unkept('there is no cache')
  throw unkept(`the cache ${directory} ${state === 'off' ? 'cannot be used' : 'cannot be written'}`)
}

/** The library's file, which is still there when rvr has ended. */
function keptFile({ file, isKept }: Artifact): string {
  if (file === undefined || !isKept) throw unkept('it was not stored in the cache')
  return file
}

/** Compiles a guest into the cache, or finds it there. @throws RvrError `COMPILE_FAILED` and what compiling does. */
export async function compileKept(
  { guest, cache }: { readonly guest: Guest; readonly cache: Cache },
  mode: ModeName,
  options: CompileOptions,
): Promise<{ readonly artifact: Artifact; readonly library: string }> {
  const { profile } = options
  await checkPlace(cache, async () => (await guest.explainCache(mode, { profile })).outcome === 'hit')
  const artifact = await guest.compile(mode, options)
  return { artifact, library: keptFile(artifact) }
}
