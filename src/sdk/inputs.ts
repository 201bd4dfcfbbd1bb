/** Input records: what the guest's HintInput pops, in order. */
import { accept, count } from '../accept.ts'
import { RvrError } from '../errors.ts'

const U32 = count(0, 2 ** 32 - 1)
const U64 = count(0, 2n ** 64n - 1n)

/** A 4-byte little-endian record. @throws RvrError `USAGE`. */
export function u32(value: number | bigint): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, Number(accept(U32, 'u32', value)), true)
  return bytes
}

/** An 8-byte little-endian record. @throws RvrError `USAGE`. */
export function u64(value: number | bigint): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, accept(U64, 'u64', value), true)
  return bytes
}

/** A record of the text's UTF-8 bytes. */
export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

/** A record from hex digits, with or without `0x`. */
export function hex(digits: string): Uint8Array {
  const text = typeof digits === 'string' ? digits.replace(/^0x/i, '') : 'not text'
  if (text.length % 2 !== 0 || /[^0-9a-f]/i.test(text)) {
    throw new RvrError('INPUT_INVALID', `${JSON.stringify(digits)} is not an even number of hex digits`, {
      hint: 'Write each byte as two digits, for example 0a00.',
    })
  }
  return Uint8Array.from(Buffer.from(text, 'hex'))
}
