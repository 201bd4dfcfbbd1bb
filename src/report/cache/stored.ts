/** Answers of the `rvr cache` commands: an object for --json, and text. */
import type { Cache } from '../../store/cache.ts'
import type { StoredEntry } from '../../store/inventory.ts'
import { RvrError } from '../../errors.ts'
import type { Answer } from '../answer.ts'
import { table } from '../form/table.ts'
import { count, grouped } from '../form/units.ts'

/** Digits of a key in a table. */
export const SHORT_KEY = 12

/** Where a cache lies. */
export const placeOf = ({ directory }: Pick<Cache, 'directory'>): string => directory ?? 'no directory'

/** `12 entries and 3 objects` */
export function entriesText(entries: number, objects: number): string {
  const text = count(entries, 'entry', 'entries')
  return objects === 0 ? text : `${text} and ${count(objects, 'object', 'objects')}`
}

/** `12 entries and 3 objects of 1,234 bytes`: all that counts for the limit. */
export function heldText(entries: number, objects: number, bytes: number): string {
  return `${entriesText(entries, objects)} of ${count(bytes, 'byte', 'bytes')}`
}

export const date = (ms: number): string => new Date(ms).toISOString()

const entryJson = ({ key, bytes, createdMs, usedMs, manifest }: StoredEntry) => ({
  key,
  inputKey: manifest.inputKey,
  bytes,
  created: date(createdMs),
  used: date(usedMs),
  info: manifest.info,
})

/** Facts about an entry, digests shortened. */
function infoText({ manifest: { info } }: StoredEntry): string {
  const short = (value: string): string => (/^[0-9a-f]{64}$/.test(value) ? value.slice(0, SHORT_KEY) : value)
  return Object.entries(info)
    .map(([name, value]) => `${name}=${short(String(value))}`)
    .join(' ')
}

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

const listRow = (entry: StoredEntry): string[] => [
  entry.key.slice(0, SHORT_KEY),
  grouped(entry.bytes).padStart(13),
  date(entry.usedMs),
  infoText(entry),
]

/** `cache ls` */
export async function listAnswer(cache: Cache): Promise<Answer> {
  const entries = await cache.list()
  return {
    json: { directory: cache.directory, entries: entries.map(entryJson) },
    text: entries.length === 0 ? `no entries in ${placeOf(cache)}\n` : table(entries.map(listRow)),
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
  const { inputKey, library, info, parts, inputParts } = entry.manifest
  const facts = [
    ['key', entry.key],
    ['input key', inputKey],
    ['bytes', grouped(entry.bytes)],
    ['created', date(entry.createdMs)],
    ['used', date(entry.usedMs)],
    ...Object.entries(info).map(([name, value]) => [name, String(value)]),
  ]
  const partsText = (list: typeof parts): string => table(list.map(part => [`  ${part.name}`, part.type, part.value]))
  const keysText = `parts of the key:\n${partsText(parts)}parts of the input key:\n${partsText(inputParts)}`
  return {
    json: { ...entryJson(entry), library, parts, inputParts },
    text: `${table(facts)}${keysText}`,
  }
}

/** `cache verify` */
export async function verifyAnswer(cache: Cache): Promise<Answer> {
  const steps = await cache.verify()
  const rows = steps.map(({ step, checked, repaired }) => [
    step,
    `${grouped(checked)} checked`,
    `${grouped(repaired)} repaired`,
  ])
  return { json: { directory: cache.directory, steps }, text: table(rows) }
}
