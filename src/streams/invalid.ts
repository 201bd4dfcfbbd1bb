/** Errors about items that guests pull. */
import { RvrError } from '../errors.ts'
import { itemText, keyText, type ItemName } from '../extensions/io/pull.ts'

/**
 * What is wrong: `missing` the store has no such item · `extra` items that the guest has not pulled · `duplicate` one
 * item twice in a store · `oversized` an item larger than 64 MiB, or all of them than 1 GiB · `changed` the store's
 * item is not the one that was recorded · `guest` of another guest · `version`, `damaged` of a file.
 */
export type StreamFault = 'missing' | 'extra' | 'duplicate' | 'oversized' | 'changed' | 'guest' | 'version' | 'damaged'

/** Where a pull stands in a run. */
export interface PullPlace {
  readonly pc: number
  readonly instret: number
}

interface Facts extends Readonly<Record<string, unknown>> {
  /** The item that the error is about. */
  readonly item?: ItemName
}

/** `details` has what, and kind and key (hex digits) of the item. */
export function streamInvalid(
  what: StreamFault,
  message: string,
  hint: string,
  { item, ...facts }: Facts = {},
): RvrError {
  const named = item && { kind: item.kind, key: keyText(item.key) }
  return new RvrError('STREAM_INVALID', item === undefined ? message : `${message}: ${itemText(item)}`, {
    hint,
    details: { what, ...named, ...facts },
  })
}
