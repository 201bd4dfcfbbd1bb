/** Finding and storing entries of an open store: what is damaged is moved aside and counted, never an error. */
import { entryDirectory, inputFile, type Layout } from './layout.ts'
import { lookupEntry, type Entry } from './lookup.ts'
import { readMapping, writeMapping } from './mapping.ts'
import type { Outcomes } from './outcomes.ts'
import { publishEntry, type Publication } from './publish.ts'
import { quarantine } from './quarantine.ts'

/** How often a place in the store is tried to get when others take it and leave it. */
const PUBLISH_TRIES = 8

export class Entries {
  readonly #layout: Layout
  readonly #outcomes: Outcomes

  constructor(layout: Layout, outcomes: Outcomes) {
    this.#layout = layout
    this.#outcomes = outcomes
  }

  /** The artifact key that an input key leads to. */
  async artifactOf(inputKey: string): Promise<string | undefined> {
    const mapping = readMapping(this.#layout, inputKey)
    if (typeof mapping === 'object') {
      this.#outcomes.count('input-hit')
      return mapping.artifact
    }
    if (mapping === 'damaged') {
      const file = inputFile(this.#layout, inputKey)
      this.#outcomes.degrade('mapping-damaged', `${file} is damaged`)
      await quarantine(this.#layout, file)
    }
    this.#outcomes.count('input-miss')
    return undefined
  }

  /** A whole entry; `used` hears of it before it is counted. */
  async find(key: string, used: () => Promise<void>): Promise<Entry | undefined> {
    const found = await lookupEntry(this.#layout, key)
    if (found.state === 'found') {
      await used()
      this.#outcomes.count('hit')
      return found.entry
    }
    if (found.state === 'damaged') await this.setAside(key, `is damaged (${found.reason}); it is built anew`)
    this.#outcomes.count('miss')
    return undefined
  }

  /** Moves an entry to quarantine; `what` says in a warning what is wrong with it. */
  async setAside(key: string, what: string): Promise<void> {
    this.#outcomes.degrade('quarantined', `the entry ${key.slice(0, 12)} ${what}`)
    await quarantine(this.#layout, entryDirectory(this.#layout, key))
  }

  /** The stored entry, one's own or the winner's. Rejects with the file system's error. */
  async store(publication: Publication): Promise<Entry> {
    const entry = await this.#publishOrFind(publication)
    try {
      await this.#map(publication)
      return entry
    } catch (error) {
      entry.file.close()
      throw error
    }
  }

  async #map({ key, inputKey }: Publication): Promise<void> {
    const before = readMapping(this.#layout, inputKey)
    if (typeof before === 'object' && before.artifact === key) return
    if (typeof before === 'object')
      this.#outcomes.degrade(
        'mapping-changed',
        `the input ${inputKey.slice(0, 12)} led to two different artifacts: making them is not deterministic`,
      )
    await writeMapping(this.#layout, inputKey, key)
  }

  async #publishOrFind(publication: Publication): Promise<Entry> {
    const { key } = publication
    for (let tries = 1; tries <= PUBLISH_TRIES; tries++) {
      const own = await publishEntry(this.#layout, publication)
      if (own !== undefined) {
        this.#outcomes.count('publish')
        return own
      }
      const found = await lookupEntry(this.#layout, key)
      if (found.state === 'found') {
        this.#outcomes.count('publish-lost-race')
        return found.entry
      }
      if (found.state === 'absent') continue // what was in the way has been evicted since
      await this.setAside(key, `is damaged (${found.reason})`)
    }
    throw new Error('something is in the way of the entry, again and again')
  }
}
