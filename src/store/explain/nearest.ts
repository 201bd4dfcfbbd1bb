/** The stored entry that is most like what was looked for. */
import { isAbout, keysByUse, type Subject } from '../about.ts'
import { STAGE_PART, type KeyPart } from '../digest.ts'
import { readEntry, type StoredEntry } from '../inventory.ts'
import type { Layout } from '../layout.ts'
import { readDetail, type Details } from './details.ts'
import type { PartDescription } from './description.ts'
import { compare, type Comparison } from './differences.ts'

/** Entries that are compared at most: so many of the same subject, or so many others. The most recently used are. */
const COMPARED = 64

/** What whoever asks knows of the key. */
export interface Described<Kind extends string = string> {
  readonly descriptions: readonly PartDescription<Kind>[]
  /** What lies behind the digests among its parts. */
  readonly details: Details
  /** What entries have to be about to be compared before others. */
  readonly subject?: Subject
}

export interface Nearest<Kind extends string = string> extends Comparison<Kind> {
  readonly entry: StoredEntry
}

/** Entries of other stages are not like this one at all. */
const stageOf = (parts: readonly KeyPart[]): string | undefined => parts.find(({ name }) => name === STAGE_PART)?.value

/** About the same subject if there is one, else any: the one with the least distance, then the one used last. */
export async function nearestEntry<Kind extends string>(
  layout: Layout,
  parts: readonly KeyPart[],
  { descriptions, details, subject }: Described<Kind>,
): Promise<Nearest<Kind> | undefined> {
  const keys = await keysByUse(layout)
  const same = subject === undefined ? [] : keys.filter(key => isAbout(layout, key, subject))
  let nearest: Nearest<Kind> | undefined
  for (const key of (same.length > 0 ? same : keys).slice(0, COMPARED)) {
    const entry = await readEntry(layout, key)
    if (entry === undefined) continue
    const { inputParts } = entry.manifest
    if ((stageOf(inputParts) ?? stageOf(parts)) !== stageOf(parts)) continue
    const found = compare(inputParts, parts, descriptions, {
      stored: part => readDetail(layout, part),
      now: part => details[part.name],
    })
    if (nearest === undefined || found.distance < nearest.distance) nearest = { entry, ...found }
  }
  return nearest
}
