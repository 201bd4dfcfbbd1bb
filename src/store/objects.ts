/** Objects in the store: pieces of what entries are made of, each under a key of all that decides its content. */
import { createHash } from 'node:crypto'
import { lstatSync, lutimesSync, readdirSync, renameSync, statSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { messageOf } from '../errors.ts'
import type { Counter } from './counters.ts'
import { uniqueName } from './durable.ts'
import { isKey, objectFile, type Layout } from './layout.ts'
import { readingFailed, unsafeDirectory } from './lookup.ts'
import { openStored } from './open-file.ts'
import { quarantine } from './quarantine.ts'
import { noteUse } from './uses.ts'

/** A line with a digest of key and content stands in front of the content. */
const TITLE = 'rvr object 1 '
const HEADER_BYTES = TITLE.length + 64 + 1
/** A larger file is garbage. */
const LIMIT_BYTES = 1 << 30

export interface StoredObject {
  readonly key: string
  readonly bytes: number
  /** Milliseconds since 1970. */
  readonly usedMs: number
}

function header(key: string, content: Uint8Array): string {
  return `${TITLE}${createHash('sha256').update(key).update(content).digest('hex')}\n`
}

type Found =
  | { readonly state: 'found'; readonly content: Uint8Array }
  | { readonly state: 'absent' }
  | { readonly state: 'damaged'; readonly reason: string }

/** Reads an object and proves that it is what was stored under its key. */
export function readObject(layout: Layout, key: string): Found {
  const path = objectFile(layout, key)
  try {
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return { state: 'absent' }
    const why = unsafeDirectory(dirname(path))
    if (why !== undefined) return { state: 'damaged', reason: why }
    using file = openStored(path)
    if (file.bytes > LIMIT_BYTES || file.bytes < HEADER_BYTES) return { state: 'damaged', reason: 'it is no object' }
    const whole = Buffer.alloc(file.bytes)
    const content = whole.subarray(HEADER_BYTES, file.read(whole, 0))
    return header(key, content) === whole.toString('latin1', 0, HEADER_BYTES)
      ? { state: 'found', content }
      : { state: 'damaged', reason: 'it differs from what was stored' }
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
      ? { state: 'absent' }
      : (readingFailed('it', error) as Found)
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).toSorted()
  } catch {
    return []
  }
}

/** All objects, damaged ones included. */
export function storedObjects(layout: Layout): StoredObject[] {
  return namesIn(layout.objects).flatMap(shard =>
    namesIn(join(layout.objects, shard))
      .filter(isKey)
      .flatMap(key => {
        try {
          const { size, mtimeMs } = statSync(objectFile(layout, key))
          return [{ key, bytes: size, usedMs: mtimeMs }]
        } catch {
          return [] // gone meanwhile
        }
      }),
  )
}

/** Takes an object away in one step; false when it was gone already. */
export async function removeObject(layout: Layout, key: string): Promise<boolean> {
  const aside = join(layout.staging, uniqueName())
  try {
    renameSync(objectFile(layout, key), aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
  await rm(aside, { force: true })
  return true
}

/** The objects of an open cache. Nothing here rejects: a fault is reported, and the object is made. */
export class ObjectStore {
  readonly #layout: Layout | undefined
  readonly #writable: boolean
  readonly #degrade: (counter: Counter, reason: string) => void

  constructor(layout: Layout | undefined, writable: boolean, degrade: (counter: Counter, reason: string) => void) {
    this.#layout = layout
    this.#writable = writable
    this.#degrade = degrade
  }

  /** All that are there. */
  list(): StoredObject[] {
    return this.#layout === undefined ? [] : storedObjects(this.#layout)
  }

  /** The content of an object, whole; finding it is a use. A damaged one is moved to quarantine and missed. */
  async find(key: string): Promise<Uint8Array | undefined> {
    if (this.#layout === undefined) return undefined
    const found = readObject(this.#layout, key)
    if (found.state === 'found') {
      this.#used(this.#layout, key)
      return found.content
    }
    if (found.state === 'damaged') {
      this.#degrade('quarantined', `the object ${key.slice(0, 12)} is damaged (${found.reason}); it is compiled anew`)
      if (this.#writable) await quarantine(this.#layout, objectFile(this.#layout, key))
    }
    return undefined
  }

  /**
   * Stores an object; false when it could not be stored. It is not flushed: what a crash leaves of it has another
   * digest.
   */
  async store(key: string, content: Uint8Array): Promise<boolean> {
    const layout = this.#layout
    if (layout === undefined || !this.#writable) return false
    const staged = join(layout.staging, uniqueName())
    const target = objectFile(layout, key)
    try {
      await writeFile(staged, [header(key, content), content], { mode: 0o400, flag: 'wx' })
      await mkdir(dirname(target), { recursive: true, mode: 0o700 })
      await rename(staged, target)
      this.#used(layout, key)
      return true
    } catch (error) {
      await rm(staged, { force: true }).catch(() => {})
      this.#degrade('publish-failed', messageOf(error))
      return false
    }
  }

  #used(layout: Layout, key: string): void {
    if (!this.#writable) return
    noteUse(layout, key)
    try {
      lutimesSync(objectFile(layout, key), Date.now() / 1000, Date.now() / 1000)
    } catch {
      // it has just been evicted
    }
  }
}
