/** The answer of `rvr cache prune`: an object for --json, and text. */
import type { Cache } from '../../store/cache.ts'
import type { CacheLimits } from '../../store/limits.ts'
import { RvrError } from '../../errors.ts'
import { sweepBuilds } from '../../stages/build-directories.ts'
import { heldText, placeOf } from './stored.ts'
import { table } from '../form/table.ts'
import { count } from '../form/units.ts'

const date = (ms: number): string => new Date(ms).toISOString()

/** `cache prune` @throws RvrError `IO` when the cache cannot be written. */
export async function pruneAnswer(cache: Cache, limits: Partial<CacheLimits>): Promise<{ json: object; text: string }> {
  if (cache.state !== 'ready')
    throw new RvrError('IO', `${placeOf(cache)} cannot be pruned: it is ${cache.state}`, {
      hint: 'Name a directory that you can write to with --cache-dir.',
    })
  const builds = await sweepBuilds()
  const done = await cache.prune(limits)
  if (done === undefined)
    return { json: { directory: cache.directory, busy: true }, text: `another process is pruning ${cache.directory}\n` }
  const { evicted, evictedObjects, entries, objects, bytes, swept } = done
  const allSwept = { ...swept, builds }
  const leftovers = Object.values(allSwept).reduce<number>((sum, number) => sum + number, 0)
  return {
    json: {
      directory: cache.directory,
      entries,
      objects,
      bytes,
      swept: allSwept,
      evictedObjects,
      evicted: evicted.map(({ key, inputKey, info, bytes: size, usedMs, reason }) => ({
        key,
        inputKey,
        mode: info['mode'] ?? '',
        bytes: size,
        used: date(usedMs),
        reason,
      })),
    },
    text:
      `${table(
        evicted.map(entry => [
          entry.key.slice(0, 12),
          count(entry.bytes, 'byte', 'bytes'),
          `last used ${date(entry.usedMs)}`,
          entry.reason,
        ]),
        'lr',
      )}` +
      `evicted ${count(evicted.length, 'entry', 'entries')}${evictedObjects === 0 ? '' : ` and ${count(evictedObjects, 'object', 'objects')}`}, swept ${count(leftovers, 'leftover', 'leftovers')}, kept ${heldText(entries, objects, bytes)} in ${cache.directory}\n`,
  }
}
