/** Input records: what the guest's HintInput pops, in order. */
import { RvrError } from '../errors.ts'

/** A 4-byte little-endian record. */
export function u32(value: number | bigint): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, Number(inRange(value, 32)), true)
  return bytes
}

/** An 8-byte little-endian record. */
export function u64(value: number | bigint): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, inRange(value, 64), true)
  return bytes
}

/** A record of the text's UTF-8 bytes. */
export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

/** A record from hex digits, with or without `0x`. */
export function hex(digits: string): Uint8Array {
  const text = digits.replace(/^0x/i, '')
  if (text.length % 2 !== 0 || /[^0-9a-f]/i.test(text)) {
    throw new RvrError('INPUT_INVALID', `${JSON.stringify(digits)} is not an even number of hex digits`, { hint: 'Write each byte as two digits, for example 0a00.' })
  }
  return Uint8Array.from(Buffer.from(text, 'hex'))
}

function inRange(value: number | bigint, bits: number): bigint {
  let integer
  try {
    integer = BigInt(value)
  } catch (cause) {
    throw new RvrError('INPUT_INVALID', `${value} is not an integer`, { cause })
  }
  if (integer < 0n || integer >= 1n << BigInt(bits)) throw new RvrError('INPUT_INVALID', `${value} does not fit in ${bits} unsigned bits`)
  return integer
}
