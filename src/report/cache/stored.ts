/** Answers of the `rvr cache` commands: an object for --json, and text. */
import type { Cache } from '../../store/cache.ts'
import type { StoredEntry } from '../../store/inventory.ts'
import { RvrError } from '../../errors.ts'
import { table } from '../form/table.ts'
import { count, grouped } from '../form/units.ts'

interface Answer {
  readonly json: object
  readonly text: string
}

const SHORT_KEY = 12

/** Where a cache lies. */
export const placeOf = ({ directory }: Pick<Cache, 'directory'>): string => directory ?? 'no directory'

/** `12 entries and 3 objects of 1,234 bytes`: all that counts for the limit. */
export function heldText(entries: number, objects: number, bytes: number): string {
  return `${count(entries, 'entry', 'entries')}${objects === 0 ? '' : ` and ${count(objects, 'object', 'objects')}`} of ${count(bytes, 'byte', 'bytes')}`
}
const date = (ms: number): string => new Date(ms).toISOString()

const entryJson = ({ key, bytes, createdMs, usedMs, manifest }: StoredEntry) => ({
  key,
  inputKey: manifest.inputKey,
  bytes,
  created: date(createdMs),
  used: date(usedMs),
  info: manifest.info,
})

const infoText = (entry: StoredEntry): string =>
  Object.entries(entry.manifest.info)
    .map(
      ([name, value]) => `${name}=${/^[0-9a-f]{64}$/.test(String(value)) ? String(value).slice(0, SHORT_KEY) : value}`,
    )
    .join(' ')

/** `cache stats` */
export async function statsAnswer(cache: Cache): Promise<Answer> {
  const [counts, entries] = await Promise.all([cache.stats(), cache.list()])
  const counters = Object.fromEntries(Object.entries(counts).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  const objects = cache.objects.list()
  const objectBytes = objects.reduce((sum, object) => sum + object.bytes, 0)
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, objectBytes)
  const rows = Object.entries(counters).map(([name, value]) => [name, grouped(value)])
  return {
    json: {
      directory: cache.directory,
      state: cache.state,
      entries: entries.length,
      bytes,
      objects: objects.length,
      objectBytes,
      counters,
    },
    text: `${placeOf(cache)} (${cache.state}): ${heldText(entries.length, objects.length, bytes)}\n${table(rows)}`,
  }
}

/** `cache ls` */
export async function listAnswer(cache: Cache): Promise<Answer> {
  const entries = await cache.list()
  return {
    json: { directory: cache.directory, entries: entries.map(entryJson) },
    text:
      entries.length === 0
        ? `no entries in ${placeOf(cache)}\n`
        : table(
            entries.map(entry => [
              entry.key.slice(0, SHORT_KEY),
              grouped(entry.bytes).padStart(13),
              date(entry.usedMs),
              infoText(entry),
            ]),
          ),
  }
}

/** `cache show KEY` @throws RvrError `USAGE` when no entry or more than one has this key. */
export async function showAnswer(cache: Cache, key: string): Promise<Answer> {
  const [entry, ...others] = await cache.show(key)
  if (entry === undefined)
    throw new RvrError('USAGE', `no entry has a key that starts with ${key}`, {
      hint: 'rvr cache ls prints the keys.',
      details: { key },
    })
  if (others.length > 0)
    throw new RvrError('USAGE', `${others.length + 1} entries have keys that start with ${key}`, {
      hint: 'Give more digits.',
      details: { key },
    })
  const { parts, inputParts } = entry.manifest
  const rows = (list: typeof parts): string[][] => list.map(part => [`  ${part.name}`, part.type, part.value])
  return {
    json: { ...entryJson(entry), library: entry.manifest.library, parts, inputParts },
    text: `${table([
      ['key', entry.key],
      ['input key', entry.manifest.inputKey],
      ['bytes', grouped(entry.bytes)],
      ['created', date(entry.createdMs)],
      ['used', date(entry.usedMs)],
      ...Object.entries(entry.manifest.info).map(([name, value]) => [name, String(value)]),
    ])}parts of the key:\n${table(rows(parts))}parts of the input key:\n${table(rows(inputParts))}`,
  }
}

/** `cache verify` */
export async function verifyAnswer(cache: Cache): Promise<Answer> {
  const steps = await cache.verify()
  return {
    json: { directory: cache.directory, steps },
    text: table(
      steps.map(({ step, checked, repaired }) => [
        step,
        `${grouped(checked)} checked`,
        `${grouped(repaired)} repaired`,
      ]),
    ),
  }
}
