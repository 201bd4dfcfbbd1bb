/** Composes cache keys from named, typed, length-prefixed parts. */
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { RvrError } from '../errors.ts'

/**
 * One part of a key. `value` is the text itself, a decimal number, `true` or `false`, or for `bytes` and `file` the
 * SHA-256 of the contents (64 hex digits) with their length in `bytes`. `absent` has no value: it differs from the
 * empty text.
 */
export interface KeyPart {
  readonly name: string
  readonly type: 'text' | 'bytes' | 'file' | 'number' | 'flag' | 'absent'
  readonly value: string
  readonly bytes?: number
}

/** Name of the part that says what kind of thing a key is for: keys of two kinds are never compared. */
export const STAGE_PART = 'stage'

export interface Key {
  /** SHA-256 over the parts, 64 hex digits. */
  readonly key: string
  /** The parts, sorted by name: stored beside an artifact so that a miss can be explained. */
  readonly parts: readonly KeyPart[]
}

/** SHA-256 of contents in memory, 64 hex digits. node:crypto uses the CPU's own instructions; contents can be large. */
export function digestBytes(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Bytes read at a time: little enough to stay in the CPU's cache between reading and hashing. */
const CHUNK_BYTES = 256 << 10
/** Bytes after which the event loop gets its turn: about 3 ms of work. */
const TURN_BYTES = 4 << 20

/** SHA-256 and size of a file. Rejects with the file system's error. */
export async function digestFile(path: string): Promise<{ digest: string; bytes: number }> {
  const file = openSync(path, 'r')
  try {
    return await digestDescriptor(file)
  } finally {
    closeSync(file)
  }
}

/** SHA-256 and size of an open file, from its beginning. */
export async function digestDescriptor(file: number): Promise<{ digest: string; bytes: number }> {
  const hash = createHash('sha256')
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES)
  for (let bytes = 0, turn = TURN_BYTES; ;) {
    const count = readSync(file, buffer, 0, CHUNK_BYTES, bytes)
    if (count === 0) return { digest: hash.digest('hex'), bytes }
    hash.update(count === CHUNK_BYTES ? buffer : buffer.subarray(0, count))
    bytes += count
    if (bytes < turn) continue
    turn = bytes + TURN_BYTES
    await nextTurn()
  }
}

/** SHA-256 of large contents in memory, 64 hex digits. */
export async function digestInTurns(bytes: Uint8Array): Promise<string> {
  const hash = createHash('sha256')
  for (let at = 0; at < bytes.length; at += TURN_BYTES) {
    if (at > 0) await nextTurn()
    hash.update(bytes.subarray(at, at + TURN_BYTES))
  }
  return hash.digest('hex')
}

export function textPart(name: string, value: string | undefined): KeyPart {
  return value === undefined ? { name, type: 'absent', value: '' } : { name, type: 'text', value }
}

export function numberPart(name: string, value: number | bigint): KeyPart {
  return { name, type: 'number', value: String(value) }
}

export function flagPart(name: string, value: boolean): KeyPart {
  return { name, type: 'flag', value: String(value) }
}

/** A part for contents in memory. */
export function contentPart(name: string, type: 'bytes' | 'file', content: Uint8Array | string): KeyPart {
  const bytes = typeof content === 'string' ? Buffer.byteLength(content) : content.length
  return { name, type, value: digestBytes(content), bytes }
}

/** A part for contents that are known by their digest alone. */
export function digestPart(name: string, digest: string, bytes?: number): KeyPart {
  return bytes === undefined ? { name, type: 'bytes', value: digest } : { name, type: 'bytes', value: digest, bytes }
}

/**
 * The bytes that are hashed: every field of every part with its length (32 bits) in front, so that no two lists of
 * parts look alike.
 */
function encoded(parts: readonly KeyPart[]): Uint8Array {
  const fields = parts.flatMap(({ name, type, value, bytes }) => [
    name,
    type,
    value,
    bytes === undefined ? '' : String(bytes),
  ])
  const lengths = fields.map(field => Buffer.byteLength(field))
  const whole = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + 4 + length, 0))
  let at = 0
  for (const [index, field] of fields.entries()) {
    at = whole.writeUInt32LE(lengths[index]!, at)
    at += whole.write(field, at)
  }
  return whole
}

function byName(a: KeyPart, b: KeyPart): number {
  if (a.name === b.name) return 0
  return a.name < b.name ? -1 : 1
}

/**
 * The key over `parts` in the name space `domain`; the order of the parts does not matter. Throws INTERNAL when two
 * parts share a name.
 */
export function composeKey(domain: string, parts: readonly KeyPart[]): Key {
  const sorted = parts.toSorted(byName)
  const twice = sorted.find((part, index) => part.name === sorted[index + 1]?.name)
  if (twice !== undefined) throw new RvrError('INTERNAL', `a cache key has two parts named ${twice.name}`)
  const all: KeyPart[] = [textPart('domain', domain), numberPart('parts', sorted.length), ...sorted]
  return { key: bytesToHex(sha256(encoded(all))), parts: sorted }
}
