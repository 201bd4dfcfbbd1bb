/** A stream: items in the order in which a guest pulls them, and its file. */
import { createHash } from 'node:crypto'
import type { Item } from '../extensions/io/pull.ts'
import { frameOf, isItemName, itemIn } from '../extensions/io/pull.ts'
import { readInput } from '../files/read.ts'
import { writeOutput } from '../files/write.ts'
import { streamInvalid } from './invalid.ts'
import { MOST_ITEM_BYTES, MOST_STREAM_BYTES } from './store.ts'

/** What a guest pulls, in its order. */
export interface PulledItems {
  /** SHA-256 of the guest's file. */
  readonly guest: string
  readonly items: readonly Item[]
}

/**
 * The first line; then lines `version 1`, `guest DIGEST`, `items N`, `sha256 DIGEST` of what follows: the items'
 * frames.
 */
const MAGIC = 'rvr stream'
const VERSION = 1
const HEADER = new RegExp(
  `^${MAGIC}\nversion (\\d{1,9})\n(?:guest ([0-9a-f]{64})\nitems (\\d{1,9})\nsha256 ([0-9a-f]{64})\n)?`,
)
const MOST_HEADER_BYTES = 256
const EMIT_AGAIN = 'Emit it again: rvr stream emit ORDER --store DIR -o FILE.'

const sha256 = (parts: readonly Uint8Array[]): string => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

/** Frames of the items. @throws RvrError `STREAM_INVALID` (larger than may be) */
export function framesOf({ items }: Pick<PulledItems, 'items'>): Uint8Array[] {
  let bytes = 0
  return items.map(item => {
    const { key, payload } = item
    bytes += key.length + payload.length
    if (!isItemName(item) || payload.length > MOST_ITEM_BYTES || bytes > MOST_STREAM_BYTES)
      throw streamInvalid('oversized', 'an item is larger than a stream may have', 'Split it.', { item })
    return frameOf(item)
  })
}

/** Writes a stream's file; returns its absolute path. @throws RvrError `IO`, `STREAM_INVALID`, `ABORTED` */
export async function writeStream(path: string, stream: PulledItems, signal?: AbortSignal): Promise<string> {
  const frames = framesOf(stream)
  const { guest, items } = stream
  const header = `${MAGIC}\nversion ${VERSION}\nguest ${guest}\nitems ${items.length}\nsha256 ${sha256(frames)}\n`
  return writeOutput(
    path,
    async put => {
      await put(header)
      for (const frame of frames) await put(frame)
    },
    { signal },
  )
}

/** @throws RvrError `IO`, `STREAM_INVALID` (`details.what`: version, damaged), `ABORTED` */
export async function readStream(path: string, signal?: AbortSignal): Promise<PulledItems> {
  const bytes = await readInput('stream', path, signal)
  const [header, version, guest, count, digest] =
    HEADER.exec(bytes.subarray(0, MOST_HEADER_BYTES).toString('latin1')) ?? []
  const damaged = (what: string): Error => streamInvalid('damaged', `stream ${path}: ${what}`, EMIT_AGAIN, { path })
  if (header === undefined) throw damaged('it is no stream that rvr wrote')
  if (Number(version) !== VERSION)
    throw streamInvalid('version', `stream ${path} is of version ${version}, wanted ${VERSION}`, EMIT_AGAIN, { path })
  if (guest === undefined) throw damaged('its header is damaged')
  // A copy on its own: items travel to other threads.
  const body = new Uint8Array(bytes.subarray(header.length))
  if (sha256([body]) !== digest) throw damaged('its digest is not that of its items')
  const items: Item[] = []
  for (let at = 0; at < body.length;) {
    const item = itemIn(body.subarray(at))
    if (item === undefined) throw damaged(`item ${items.length} has no frame`)
    items.push({ kind: item.kind, key: item.key, payload: item.payload })
    at += item.frameBytes
  }
  if (items.length !== Number(count)) throw damaged(`it has ${items.length} items, and says ${count}`)
  return { guest, items }
}
