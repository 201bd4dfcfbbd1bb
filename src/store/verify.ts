/** Checks a whole store and puts it in order, step by step. */
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { foldCounters } from './counters.ts'
import { storedKeys } from './inventory.ts'
import { inputFile, isKey, objectFile, type Layout } from './layout.ts'
import { lookupEntry } from './lookup.ts'
import { readObject, storedObjects } from './objects.ts'
import { readMapping } from './mapping.ts'
import { quarantine } from './quarantine.ts'

export interface VerifyStep {
  readonly step: string
  /** How many things the step looked at. */
  readonly checked: number
  /** How many of them it had to repair or remove. */
  readonly repaired: number
}

/** Staged files older than this belong to a process that died, in milliseconds. */
const STALE_MS = 3_600_000

type Step = (layout: Layout) => Promise<Omit<VerifyStep, 'step'>>

async function namesIn(directory: string): Promise<string[]> {
  return readdir(directory).catch(() => [])
}

const steps: Readonly<Record<string, Step>> = {
  async libraries(layout) {
    const keys = await storedKeys(layout)
    let repaired = 0
    for (const key of keys) {
      const found = await lookupEntry(layout, key)
      if (found.state === 'found') found.entry.file.close()
      if (found.state === 'damaged' && (await quarantine(layout, join(layout.artifacts, key.slice(0, 2), key))))
        repaired++
    }
    return { checked: keys.length, repaired }
  },
  async objects(layout) {
    const objects = storedObjects(layout)
    let repaired = 0
    for (const { key } of objects)
      if (readObject(layout, key).state === 'damaged' && (await quarantine(layout, objectFile(layout, key)))) repaired++
    return { checked: objects.length, repaired }
  },
  async mappings(layout) {
    const artifacts = new Set(await storedKeys(layout))
    const names = await namesIn(layout.inputs)
    let repaired = 0
    for (const name of names) {
      const input = name.replace(/\.json$/, '')
      const mapping = isKey(input) ? readMapping(layout, input) : 'damaged'
      if (typeof mapping === 'object' && artifacts.has(mapping.artifact)) continue
      await rm(isKey(input) ? inputFile(layout, input) : join(layout.inputs, name), { recursive: true, force: true })
      repaired++
    }
    return { checked: names.length, repaired }
  },
  async staging(layout) {
    const names = await namesIn(layout.staging)
    let repaired = 0
    for (const name of names) {
      const path = join(layout.staging, name)
      const stats = await stat(path).catch(() => undefined)
      if (stats === undefined || stats.mtimeMs > Date.now() - STALE_MS) continue
      await rm(path, { recursive: true, force: true })
      repaired++
    }
    return { checked: names.length, repaired }
  },
  async statistics(layout) {
    return { checked: (await namesIn(layout.stats)).length, repaired: await foldCounters(layout.stats) }
  },
}

/** Runs every step in order and returns what each found. */
export async function verifyStore(layout: Layout): Promise<VerifyStep[]> {
  const done: VerifyStep[] = []
  for (const [step, run] of Object.entries(steps)) done.push({ step, ...(await run(layout)) })
  return done
}
