/** An order of items and a store that has them → the stream. */
import type { Item, ItemName } from '../extensions/io/pull.ts'
import { RvrError, throwIfAborted } from '../errors.ts'
import { streamInvalid, type PullPlace } from './invalid.ts'
import type { PullOrder } from './order.ts'
import { checkSize, MOST_STREAM_BYTES, type ItemStore } from './store.ts'
import type { PulledItems } from './stream.ts'

/**
 * An item of a store.
 *
 * @throws RvrError `STREAM_INVALID` (`details.what`: missing, oversized), and what the store throws
 */
export async function storedItem(store: ItemStore, name: ItemName, place: PullPlace): Promise<Item> {
  const payload = await found(store, name, place)
  if (payload === undefined)
    throw streamInvalid('missing', 'the store does not have the item that the guest pulls', 'Add it to the store.', {
      item: name,
      ...place,
    })
  checkSize(name, payload.length, place)
  return { ...name, payload }
}

/** What a store refuses is told with its place in the run too. */
async function found(store: ItemStore, { kind, key }: ItemName, place: PullPlace): Promise<Uint8Array | undefined> {
  try {
    return await store.get(kind, key)
  } catch (error) {
    if (!(error instanceof RvrError) || error.code !== 'STREAM_INVALID') throw error
    const { message, hint, details, code } = error
    throw new RvrError(code, message, { hint, details: { ...details, ...place }, cause: error })
  }
}

/**
 * The items of an order, from a store: what runs of the same guest with the same inputs pull.
 *
 * @throws RvrError `STREAM_INVALID` (`details.what`: missing, oversized; changed: the item has another length than when
 *   it was recorded), `ABORTED`
 */
export async function emitStream(
  order: PullOrder,
  store: ItemStore,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<PulledItems> {
  const items: Item[] = []
  let total = 0
  for (const { kind, key, bytes, pc, instret } of order.pulls) {
    throwIfAborted('emitting the stream', signal)
    const item = await storedItem(store, { kind, key: new Uint8Array(Buffer.from(key, 'hex')) }, { pc, instret })
    if (item.payload.length !== bytes)
      throw streamInvalid('changed', `an item has ${item.payload.length} bytes, and had ${bytes}`, 'Record again.', {
        item,
        pc,
        instret,
      })
    total += item.key.length + item.payload.length
    if (total > MOST_STREAM_BYTES)
      throw streamInvalid('oversized', 'all items together are larger than 1 GiB', 'Pull less in one run.', {
        item,
        pc,
        instret,
      })
    items.push(item)
  }
  return { guest: order.guest, items }
}
