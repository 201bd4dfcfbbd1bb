/** `rvr compile` without -o: the library stays in the cache, or there is no success to speak of. */
import type { Cache } from '../../../store/cache.ts'
import { RvrError } from '../../../errors.ts'
import type { Artifact } from '../../../sdk/artifact.ts'

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
  throw unkept(
    directory === undefined
      ? 'there is no cache'
      : `the cache ${directory} ${state === 'off' ? 'cannot be used' : 'cannot be written'}`,
  )
}

/** The library's file, which is still there when rvr has ended. @throws RvrError `COMPILE_FAILED`. */
export function keptFile({ file, isKept }: Artifact): string {
  if (file === undefined || !isKept) throw unkept('it was not stored in the cache')
  return file
}
