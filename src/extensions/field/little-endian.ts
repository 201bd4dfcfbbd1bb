/** Unsigned integers as little-endian bytes. */

/** The integer in all of `bytes`. */
export function readInteger(bytes: Uint8Array): bigint {
  let value = 0n
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let at = bytes.length
  for (; at >= 8; at -= 8) value = (value << 64n) | view.getBigUint64(at - 8, true)
  // What is left are the lowest bytes.
  for (; at > 0; at--) value = (value << 8n) | BigInt(bytes[at - 1]!)
  return value
}

/** Fills `into` with `value`, which fits. */
export function writeInteger(value: bigint, into: Uint8Array): void {
  for (let at = 0, rest = value; at < into.length; at++, rest >>= 8n) into[at] = Number(rest & 0xffn)
}
