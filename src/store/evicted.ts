/** Remembers which entries were evicted last, so that a miss can be explained. */
import { join } from 'node:path'
import { replaceFile } from './durable.ts'
import type { Layout } from './layout.ts'
import type { Manifest } from './manifest.ts'
import { readStoredText } from './open-file.ts'

export interface EvictedEntry {
  readonly key: string
  readonly inputKey: string
  /** Facts from its manifest: mode, guest …; none where that could not be read. */
  readonly info: Manifest['info']
  readonly bytes: number
  /** Milliseconds since 1970. */
  readonly usedMs: number
  readonly evictedMs: number
  /** Which limit it was evicted for. */
  readonly reason: 'size' | 'age'
}

/** Entries that are remembered at most. */
export const REMEMBERED = 256

const file = (layout: Layout): string => join(layout.uses, 'evicted.json')

function isEvicted(value: unknown): value is EvictedEntry {
  if (typeof value !== 'object' || value === null) return false
  const { key, inputKey, info, bytes, usedMs, evictedMs, reason } = value as Record<string, unknown>
  return (
    [key, inputKey].every(text => typeof text === 'string') &&
    typeof info === 'object' &&
    info !== null &&
    [bytes, usedMs, evictedMs].every(number => typeof number === 'number') &&
    (reason === 'size' || reason === 'age')
  )
}

/** The entries evicted last, the latest at the end. */
export function readEvicted(layout: Layout): EvictedEntry[] {
  try {
    const list: unknown = JSON.parse(readStoredText(file(layout)))
    return Array.isArray(list) ? list.filter(isEvicted) : []
  } catch {
    return []
  }
}

/** The caller holds the maintenance lock. */
export async function rememberEvicted(layout: Layout, entries: readonly EvictedEntry[]): Promise<void> {
  if (entries.length === 0) return
  await replaceFile(
    layout.staging,
    file(layout),
    `${JSON.stringify([...readEvicted(layout), ...entries].slice(-REMEMBERED))}\n`,
  )
}
