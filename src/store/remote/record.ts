/** What `/ac/<input key>` holds: which artifact the key leads to and where its parts are, with a signature. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { isKey } from '../layout.ts'
import type { PackedBlob } from './blob.ts'

const RECORD_SCHEMA = 1
/** Records are a few hundred bytes. */
export const RECORD_LIMIT = 16 << 10

export interface RemoteRecord {
  readonly input: string
  readonly artifact: string
  readonly library: PackedBlob
  readonly manifest: PackedBlob
}

/**
 * HMAC-SHA-256 over the input key and the content, each with its length in front: a record that is moved to another key
 * is not signed there.
 */
function signatureOf(secret: Uint8Array, input: string, content: string): Buffer {
  const hmac = createHmac('sha256', secret)
  for (const field of ['rvr remote', String(RECORD_SCHEMA), input, content]) {
    const bytes = Buffer.from(field)
    const length = Buffer.alloc(4)
    length.writeUInt32LE(bytes.length)
    hmac.update(length).update(bytes)
  }
  return hmac.digest()
}

/** The text of a record; without a secret it has no signature. */
export function writeRecord(record: RemoteRecord, secret: Uint8Array | undefined): string {
  const content = JSON.stringify(record)
  const hmac = secret && signatureOf(secret, record.input, content).toString('hex')
  return `${JSON.stringify({ schema: RECORD_SCHEMA, content, hmac })}\n`
}

function isBlob(value: unknown, limit: number): value is PackedBlob {
  if (typeof value !== 'object' || value === null) return false
  const { digest, bytes, stored, storedBytes, encoding } = value as Record<string, unknown>
  const isSize = (size: unknown): boolean => Number.isInteger(size) && Number(size) >= 0 && Number(size) <= limit
  return (
    [digest, stored].every(key => typeof key === 'string' && isKey(key)) &&
    isSize(bytes) &&
    isSize(storedBytes) &&
    (encoding === 'zstd' || encoding === 'identity')
  )
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/**
 * Reads what a server gave for `input`. With a secret nothing of the content is looked at before its signature was
 * found right. `limit`: size of the largest blob.
 */
export function readRecord(
  text: string,
  input: string,
  secret: Uint8Array | undefined,
  limit: number,
): RemoteRecord | 'unsigned' | 'garbage' {
  const { schema, content, hmac } = parse(text) ?? {}
  if (secret !== undefined) {
    if (schema !== RECORD_SCHEMA || typeof content !== 'string' || typeof hmac !== 'string' || !isKey(hmac))
      return 'unsigned'
    if (!timingSafeEqual(Buffer.from(hmac, 'hex'), signatureOf(secret, input, content))) return 'unsigned'
  }
  const record = schema === RECORD_SCHEMA && typeof content === 'string' ? parse(content) : undefined
  if (
    record === undefined ||
    record['input'] !== input ||
    typeof record['artifact'] !== 'string' ||
    !isKey(record['artifact'])
  )
    return 'garbage'
  const { artifact, library, manifest } = record
  return isBlob(library, limit) && isBlob(manifest, limit) ? { input, artifact, library, manifest } : 'garbage'
}
