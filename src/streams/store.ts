/** Witness stores: where the items are that a guest pulls by kind and key. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { RvrError } from '../errors.ts'
import { isItemName, keyText, MOST_KEY_BYTES, MOST_KIND, type ItemName } from '../extensions/io/pull.ts'
import { readInput } from '../files/read.ts'
import { streamInvalid, type PullPlace } from './invalid.ts'

/** Bytes of one item at most, and of all items of a stream with their frames. */
export const MOST_ITEM_BYTES = 64 * 2 ** 20
export const MOST_STREAM_BYTES = 2 ** 30

/** Anything that has items. */
export interface ItemStore {
  /** The item's bytes; undefined where there is no such item. */
  get(kind: number, key: Uint8Array): Uint8Array | undefined | Promise<Uint8Array | undefined>
}

const nameOf = ({ kind, key }: ItemName): string => `${kind}-${keyText(key)}`

/** Items in memory. */
export class MemoryStore implements ItemStore {
  readonly #items = new Map<string, Uint8Array>()

  get size(): number {
    return this.#items.size
  }

  /** @throws RvrError `USAGE` (kind or key out of bounds), `STREAM_INVALID` (it is there already, or too large). */
  add(kind: number, key: Uint8Array, payload: Uint8Array): this {
    const item = { kind, key }
    checkName(item)
    const name = nameOf(item)
    if (this.#items.has(name))
      throw streamInvalid('duplicate', 'there is such an item already', 'Add each item once.', { item })
    checkSize(item, payload.length)
    this.#items.set(name, payload)
    return this
  }

  get(kind: number, key: Uint8Array): Uint8Array | undefined {
    return this.#items.get(nameOf({ kind, key }))
  }
}

function checkName(item: ItemName): void {
  if (!isItemName(item))
    throw new RvrError('USAGE', `there is no item of kind ${item.kind} with a key of ${item.key.length} bytes`, {
      hint: `Kinds are 0 … ${MOST_KIND}, keys have ${MOST_KEY_BYTES} bytes at most.`,
    })
}

/** @throws RvrError `STREAM_INVALID` */
export function checkSize(item: ItemName, bytes: number, place?: PullPlace): void {
  if (bytes > MOST_ITEM_BYTES)
    throw streamInvalid('oversized', `an item has ${bytes} bytes, and ${MOST_ITEM_BYTES} are the most`, 'Split it.', {
      item,
      ...place,
    })
}

const FILE_NAME = /^(0|[1-9]\d{0,9})-((?:[0-9a-f]{2})*)$/i
const NAMES = 'Files of a store are named KIND-KEY, the key as hex digits: 1-00ff.'

/**
 * Items in the files of a directory, each named `KIND-KEY`: the kind as a decimal number, the key as hex digits. Names
 * that begin with a dot are left alone.
 *
 * @throws RvrError `IO`, `STREAM_INVALID` (two files of one item; something that is no plain file)
 */
export async function directoryStore(directory: string): Promise<ItemStore> {
  const files = new Map<string, string>()
  for (const entry of await entriesOf(directory)) {
    if (entry.name.startsWith('.')) continue
    const [, kind, digits] = FILE_NAME.exec(entry.name) ?? []
    if (digits === undefined || Number(kind) > MOST_KIND || !entry.isFile())
      throw streamInvalid('damaged', `the store ${directory} has ${entry.name}, which is no file of an item`, NAMES)
    const item = { kind: Number(kind), key: new Uint8Array(Buffer.from(digits, 'hex')) }
    const name = nameOf(item)
    if (files.has(name))
      throw streamInvalid('duplicate', `two files of ${directory} are one item`, 'Keep one.', { item })
    files.set(name, join(directory, entry.name))
  }
  return {
    async get(kind, key) {
      const path = files.get(nameOf({ kind, key }))
      if (path === undefined) return undefined
      const bytes = await readInput('item', path).catch((error: unknown) => {
        if (!(error instanceof RvrError) || error.details['limit'] === undefined) throw error
        throw streamInvalid('oversized', error.message, 'Split it.', { item: { kind, key } })
      })
      return new Uint8Array(bytes)
    },
  }
}

async function entriesOf(directory: string) {
  try {
    return await readdir(directory, { withFileTypes: true })
  } catch (cause) {
    throw new RvrError('IO', `cannot read the store ${directory}`, {
      hint: `Give a directory. ${NAMES}`,
      details: { path: directory },
      cause,
    })
  }
}
