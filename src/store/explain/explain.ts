/** Says why an entry is in the store or why it is not. */
import type { Key } from '../digest.ts'
import { readEvicted, type EvictedEntry } from '../evicted.ts'
import type { StoredEntry } from '../inventory.ts'
import type { Layout } from '../layout.ts'
import { lookupEntry } from '../lookup.ts'
import { readMapping } from '../mapping.ts'
import type { Difference } from './difference.ts'
import { nearestEntry, type Described } from './nearest.ts'

export interface NearestEntry {
  readonly key: string
  readonly inputKey: string
  /** Milliseconds since 1970. */
  readonly createdMs: number
  readonly usedMs: number
  /** Facts for people: mode, guest … */
  readonly info: Readonly<Record<string, string | number | boolean>>
}

export interface Explanation<Kind extends string = string> {
  /** `off`: the cache is off, or the key cannot be known. */
  readonly outcome: 'hit' | 'would-miss' | 'off'
  /** The artifact, for a hit. */
  readonly key?: string
  readonly inputKey?: string
  /** Why, in words, where it is not a difference. */
  readonly reason?: string
  /** The stored entry that is most like the one looked for. */
  readonly nearest?: NearestEntry
  readonly differences: readonly Difference<Kind | 'other'>[]
  /** The entry looked for was here. */
  readonly evicted?: EvictedEntry
}

/** Explains what a lookup of `input` would find now. Counts nothing, moves nothing, and is no use of an entry. */
export async function explainLookup<Kind extends string>(
  layout: Layout,
  input: Key,
  described: Described<Kind>,
): Promise<Explanation<Kind>> {
  const inputKey = input.key
  const mapping = readMapping(layout, inputKey)
  let reason: string | undefined = mapping === 'damaged' ? 'what leads to the entry is damaged' : undefined
  if (typeof mapping === 'object') {
    const found = await lookupEntry(layout, mapping.artifact)
    if (found.state === 'found') {
      found.entry.file.close()
      return { outcome: 'hit', key: mapping.artifact, inputKey, differences: [] }
    }
    const entry = `the entry ${mapping.artifact.slice(0, 12)}`
    reason = found.state === 'damaged' ? `${entry} is damaged: ${found.reason}` : `${entry} is gone`
  }
  const evicted = readEvicted(layout).findLast(entry => entry.inputKey === inputKey)
  const nearest = await nearestEntry(layout, input.parts, described)
  if (nearest?.differences.length === 0) reason ??= 'the entry is there, but nothing leads to it'
  else if (nearest === undefined) reason ??= 'there is no entry to compare with'
  return {
    outcome: 'would-miss',
    inputKey,
    ...(reason !== undefined && { reason }),
    ...(nearest !== undefined && { nearest: summaryOf(nearest.entry) }),
    differences: nearest?.differences ?? [],
    ...(evicted !== undefined && { evicted }),
  }
}

function summaryOf({ key, createdMs, usedMs, manifest }: StoredEntry): NearestEntry {
  return { key, inputKey: manifest.inputKey, createdMs, usedMs, info: manifest.info }
}

const date = (ms: number): string => new Date(ms).toISOString()

const LIMITS: Readonly<Record<EvictedEntry['reason'], string>> = {
  size: 'the cache was over its size limit',
  age: 'not used for longer than the age limit',
}

/** An explanation as lines for people; `titleOf` says what an entry is by the facts in its manifest. */
export function explanationLines(
  { outcome, key, reason, nearest, differences, evicted }: Explanation,
  titleOf: (info: NearestEntry['info']) => string,
): string[] {
  if (outcome === 'hit') return [`hit ${key}`]
  const lines: string[] = []
  if (evicted !== undefined) lines.push(`was here, evicted on ${date(evicted.evictedMs)} (${LIMITS[evicted.reason]})`)
  if (reason !== undefined) lines.push(reason)
  if (nearest !== undefined && differences.length > 0) {
    const which = `${titleOf(nearest.info)}, stored ${date(nearest.createdMs)}`
    lines.push(`differs from the nearest entry ${nearest.key.slice(0, 12)} (${which}) in:`)
  }
  for (const { kind, meaning } of differences) lines.push(`${kind}: ${meaning}`)
  return lines
}
