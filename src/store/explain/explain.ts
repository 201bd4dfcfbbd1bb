/** Says why a library is in the cache or why it is not. */
import type { Key } from '../digest.ts'
import { readEvicted, type EvictedEntry } from '../evicted.ts'
import type { Layout } from '../layout.ts'
import { lookupEntry } from '../lookup.ts'
import { readMapping } from '../mapping.ts'
import type { Details } from './details.ts'
import type { Difference } from './differences.ts'
import { nearestEntry } from './nearest.ts'

export interface NearestEntry {
  readonly key: string
  readonly inputKey: string
  /** Milliseconds since 1970. */
  readonly createdMs: number
  readonly usedMs: number
  /** Facts for people: mode, guest … */
  readonly info: Readonly<Record<string, string | number | boolean>>
}

export interface Explanation {
  /** `off`: the cache is off, or the toolchain cannot be described. */
  readonly outcome: 'hit' | 'would-miss' | 'off'
  /** The artifact, for a hit. */
  readonly key?: string
  readonly inputKey?: string
  /** A hit where nothing can compile: what the entry says of the toolchain that made it. */
  readonly toolchain?: { readonly from: 'manifest'; readonly cc?: string; readonly version: string }
  /** Why, in words, where it is not a difference. */
  readonly reason?: string
  /** The stored entry that is most like the one looked for. */
  readonly nearest?: NearestEntry
  readonly differences: readonly Difference[]
  /** The entry looked for was here. */
  readonly evicted?: EvictedEntry
}

/** Explains what a lookup of `input` would find now. Counts nothing, moves nothing, and is no use of an entry. */
export async function explainLookup(layout: Layout, input: Key, details: Details): Promise<Explanation> {
  const inputKey = input.key
  const mapping = readMapping(layout, inputKey)
  let reason: string | undefined = mapping === 'damaged' ? 'what leads to the entry is damaged' : undefined
  if (typeof mapping === 'object') {
    const found = await lookupEntry(layout, mapping.artifact)
    if (found.state === 'found') {
      found.entry.file.close()
      return { outcome: 'hit', key: mapping.artifact, inputKey, differences: [] }
    }
    reason =
      found.state === 'damaged'
        ? `the entry ${mapping.artifact.slice(0, 12)} is damaged: ${found.reason}`
        : `the entry ${mapping.artifact.slice(0, 12)} is gone`
  }
  const evicted = readEvicted(layout).findLast(entry => entry.inputKey === inputKey)
  const nearest = await nearestEntry(layout, input.parts, part => details[part.name])
  if (nearest?.differences.length === 0) reason ??= 'the entry is there, but nothing leads to it'
  else if (nearest === undefined) reason ??= 'there is no entry to compare with'
  return {
    outcome: 'would-miss',
    inputKey,
    ...(reason !== undefined && { reason }),
    ...(nearest !== undefined && { nearest: describe(nearest.entry) }),
    differences: nearest?.differences ?? [],
    ...(evicted !== undefined && { evicted }),
  }
}

function describe({
  key,
  createdMs,
  usedMs,
  manifest,
}: {
  key: string
  createdMs: number
  usedMs: number
  manifest: Pick<NearestEntry, 'inputKey' | 'info'>
}): NearestEntry {
  return { key, inputKey: manifest.inputKey, createdMs, usedMs, info: manifest.info }
}

const date = (ms: number): string => new Date(ms).toISOString()

/** An explanation as lines for people. */
export function explanationLines({
  outcome,
  key,
  toolchain,
  reason,
  nearest,
  differences,
  evicted,
}: Explanation): string[] {
  if (outcome === 'hit')
    return [
      `hit ${key}`,
      ...(toolchain === undefined
        ? []
        : [`nothing here can compile: found by its manifest, made by ${toolchain.version}`]),
    ]
  return [
    ...(evicted === undefined
      ? []
      : [
          `was here, evicted on ${date(evicted.evictedMs)} (${evicted.reason === 'size' ? 'the cache was over its size limit' : 'not used for longer than the age limit'})`,
        ]),
    ...(reason === undefined ? [] : [reason]),
    ...(nearest === undefined || differences.length === 0
      ? []
      : [
          `differs from the nearest entry ${nearest.key.slice(0, 12)} (mode ${nearest.info['mode']}, stored ${date(nearest.createdMs)}) in:`,
        ]),
    ...differences.map(difference => `${difference.kind}: ${difference.meaning}`),
  ]
}
