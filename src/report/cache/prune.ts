/** The answer of `rvr cache prune`: an object for --json, and text. */
import type { Cache } from '../../store/cache.ts'
import type { Maintenance } from '../../store/maintenance.ts'
import type { CacheLimits } from '../../store/limits.ts'
import { RvrError } from '../../errors.ts'
import { sweepBuilds } from '../../stages/build-directories.ts'
import type { Answer } from '../answer.ts'
import { date, entriesText, heldText, placeOf, SHORT_KEY } from './stored.ts'
import { table } from '../form/table.ts'
import { count } from '../form/units.ts'

type Evicted = Maintenance['evicted'][number]

const evictedJson = ({ key, inputKey, info, bytes, usedMs, reason }: Evicted) => ({
  key,
  inputKey,
  mode: info['mode'] ?? '',
  bytes,
  used: date(usedMs),
  reason,
})

const evictedRow = ({ key, bytes, usedMs, reason }: Evicted): string[] => [
  key.slice(0, SHORT_KEY),
  count(bytes, 'byte', 'bytes'),
  `last used ${date(usedMs)}`,
  reason,
]

/** `cache prune` @throws RvrError `IO` when the cache cannot be written. */
export async function pruneAnswer(cache: Cache, limits: Partial<CacheLimits>): Promise<Answer> {
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
  const summary = [
    `evicted ${entriesText(evicted.length, evictedObjects)}`,
    `swept ${count(leftovers, 'leftover', 'leftovers')}`,
    `kept ${heldText(entries, objects, bytes)} in ${cache.directory}`,
  ].join(', ')
  return {
    json: {
      directory: cache.directory,
      entries,
      objects,
      bytes,
      swept: allSwept,
      evictedObjects,
      evicted: evicted.map(evictedJson),
    },
    text: `${table(evicted.map(evictedRow), 'lr')}${summary}\n`,
  }
}
