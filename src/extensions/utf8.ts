/** UTF-8 text of any length, a piece at a time. */
import { isUtf8 } from 'node:buffer'

const CHECKED_AT_ONCE = 2 ** 20
const isContinuation = (byte: number): boolean => (byte & 0xc0) === 0x80

/**
 * Where a piece of at most `size` bytes that begins at `from` ends: not within a character, where the bytes are UTF-8.
 */
export function endOfPiece(bytes: Uint8Array, from: number, size: number): number {
  const end = from + size
  if (end >= bytes.length) return bytes.length
  for (let at = end; at > end - 4; at--) if (!isContinuation(bytes[at]!)) return at
  return end
}

/** Of memory that may be shared and larger than any string. */
export function isUtf8Text(bytes: Uint8Array): boolean {
  for (let from = 0; from < bytes.length;) {
    const end = endOfPiece(bytes, from, CHECKED_AT_ONCE)
    if (!isUtf8(new Uint8Array(bytes.subarray(from, end)))) return false
    from = end
  }
  return true
}
