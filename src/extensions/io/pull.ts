/** Items that a guest pulls by kind and key (docs/streaming.md): how it asks for one, and in what frame it comes. */
import { bytesAt, isInMemory } from '../../program/access.ts'
import type { Hart } from '../../program/hart.ts'
import type { Trap, TrapKind } from '../../program/trap.ts'
import type { ItemStream } from '../host.ts'

/** Which item. */
export interface ItemName {
  /** 0 … 2^32 - 1. */
  readonly kind: number
  /** `MOST_KEY_BYTES` at most. */
  readonly key: Uint8Array
}

export interface Item extends ItemName {
  readonly payload: Uint8Array
}

/** What a7 holds at a pull: `PULL` in ASCII. Then a0 is the kind, a1 the key's address, a2 its length. */
const MAGIC = 0x4c4c_5550n
export const MOST_KEY_BYTES = 2 ** 16
export const MOST_KIND = 2 ** 32 - 1
/** Can there be such an item? */
export const isItemName = ({ kind, key }: ItemName): boolean =>
  Number.isInteger(kind) && kind >= 0 && kind <= MOST_KIND && key.length <= MOST_KEY_BYTES
const HEADER_BYTES = 16
const KIND = 10
const KEY = 11
const KEY_LENGTH = 12
const MAGIC_REGISTER = 17

const padded = (bytes: number): number => Math.ceil(bytes / 8) * 8

/** u32 kind, key length, payload length and zero, then key and payload, each with zeros up to a multiple of 8. */
export function frameOf({ kind, key, payload }: Item): Uint8Array {
  const frame = new Uint8Array(HEADER_BYTES + padded(key.length) + padded(payload.length))
  const view = new DataView(frame.buffer)
  view.setUint32(0, kind, true)
  view.setUint32(4, key.length, true)
  view.setUint32(8, payload.length, true)
  frame.set(key, HEADER_BYTES)
  frame.set(payload, HEADER_BYTES + padded(key.length))
  return frame
}

/** The item in the frame that `bytes` begin with, and the frame's length; undefined where they begin with none. */
export function itemIn(bytes: Uint8Array): (Item & { readonly frameBytes: number }) | undefined {
  if (bytes.length < HEADER_BYTES) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const keyBytes = view.getUint32(4, true)
  const payloadBytes = view.getUint32(8, true)
  const behindKey = HEADER_BYTES + padded(keyBytes)
  const frameBytes = behindKey + padded(payloadBytes)
  if (view.getUint32(12, true) !== 0 || keyBytes > MOST_KEY_BYTES || frameBytes > bytes.length) return undefined
  const isZero = (from: number, to: number): boolean => bytes.subarray(from, to).every(byte => byte === 0)
  const behindPayload = behindKey + payloadBytes
  if (!isZero(HEADER_BYTES + keyBytes, behindKey) || !isZero(behindPayload, frameBytes)) return undefined
  const key = bytes.subarray(HEADER_BYTES, HEADER_BYTES + keyBytes)
  return { kind: view.getUint32(0, true), key, payload: bytes.subarray(behindKey, behindPayload), frameBytes }
}

/**
 * The item that a HintInput with these registers pulls; undefined where it asks for an ordinary input.
 *
 * @returns a trap where the key does not lie in memory or is too long
 */
export function pullOf(pc: number, hart: Pick<Hart, 'x' | 'memory' | 'window'>): ItemName | Trap | undefined {
  const { x } = hart
  if (x[MAGIC_REGISTER] !== MAGIC) return undefined
  const [kind, address, length] = [x[KIND]!, x[KEY]!, x[KEY_LENGTH]!]
  const wrong = (message: string): Trap => ({ kind: 'operand-invalid', pc, message })
  if (kind > BigInt(MOST_KIND)) return wrong(`the guest pulls an item of kind ${kind}, wanted one below 2^32`)
  if (length > BigInt(MOST_KEY_BYTES))
    return wrong(`the guest pulls an item by a key of ${length} bytes, wanted ${MOST_KEY_BYTES} at most`)
  if (!isInMemory(hart.window, address, length)) return wrong('the guest pulls an item by a key outside its memory')
  return { kind: Number(kind), key: bytesAt(hart, Number(address), Number(length)).slice() }
}

const SHOWN_KEY_BYTES = 40
/** A key as messages and files have it: hex digits. */
export const keyText = (key: Uint8Array): string => Buffer.from(key).toString('hex')

/** An item as messages name it. */
export function itemText({ kind, key }: ItemName): string {
  const shown = keyText(key.subarray(0, SHOWN_KEY_BYTES))
  return `kind ${kind}, key 0x${shown}${key.length > SHOWN_KEY_BYTES ? '…' : ''}`
}

const isSame = (a: ItemName, b: ItemName): boolean =>
  a.kind === b.kind && a.key.length === b.key.length && a.key.every((byte, at) => byte === b.key[at])

/** What the stream has for a pull: the frame; nothing yet; or the trap that says what is wrong with the stream. */
export type Taken = { readonly frame: Uint8Array } | { readonly trap: Trap } | 'awaits'

/** Takes the next item, which has to be the one that is asked for. */
export function takeItem(stream: ItemStream, name: ItemName, pc: number): Taken {
  const frame = stream.frames[stream.next]
  if (frame === undefined && stream.awaits) return 'awaits'
  const found = frame && itemIn(frame)
  if (found === undefined || !isSame(found, name)) return { trap: mismatch(stream, name, found, pc) }
  stream.next++
  return { frame: frame! }
}

/** Looked at when a run ends by it, once. */
function mismatch(stream: ItemStream, asked: ItemName, found: Item | undefined, pc: number): Trap {
  const said = (kind: TrapKind, what: string): Trap => ({
    kind,
    pc,
    message: `the guest pulled the item of ${itemText(asked)}, and ${what}`,
    item: { kind: asked.kind, key: keyText(asked.key) },
  })
  if (found === undefined) return said('stream-missing', 'the stream is at its end')
  const has = (name: ItemName, frames: readonly Uint8Array[]): boolean =>
    frames.some(frame => isSame(itemIn(frame)!, name))
  const next = `comes next is that of ${itemText(found)}`
  if (!has(asked, stream.frames.slice(stream.next)))
    return said('stream-missing', `the stream does not have it any more; what ${next}`)
  const last = stream.frames[stream.next - 1]
  if (last !== undefined && isSame(itemIn(last)!, found)) return said('stream-duplicate', `what ${next}, once more`)
  return said('stream-reordered', `what ${next}`)
}

/** Drops the items that have been pulled, but for the last one: a message may be about it. */
export function dropPulled(stream: ItemStream): void {
  if (stream.next <= 1) return
  stream.frames = stream.frames.slice(stream.next - 1)
  stream.next = 1
}

/** Items that nobody has pulled. */
export const leftItems = ({ frames, next }: ItemStream): Item[] =>
  frames.slice(next).flatMap(frame => itemIn(frame) ?? [])
