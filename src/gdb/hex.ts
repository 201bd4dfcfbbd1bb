/** Numbers and bytes in packets: hexadecimal digits, registers with the lowest byte first. */

/** A number of at most 64 bits; undefined for what is none. */
export const bits = (text: string | undefined): bigint | undefined =>
  text !== undefined && /^[0-9a-f]{1,16}$/i.test(text) ? BigInt(`0x${text}`) : undefined

/** The same, where it is an exact number: 2^53 and more are 2^53. */
export function number(text: string | undefined): number | undefined {
  const value = bits(text)
  return value === undefined ? undefined : Math.min(Number(value), 2 ** 53)
}

/** Pairs of digits; undefined for what is something else. */
export const bytesOf = (text: string): Uint8Array | undefined =>
  /^([0-9a-f]{2})*$/i.test(text) ? Buffer.from(text, 'hex') : undefined

export const hexOf = (bytes: Uint8Array | string): string => Buffer.from(bytes as Uint8Array).toString('hex')

/** A register of so many bits. */
export function registerHex(value: bigint, xlen: 32 | 64): string {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt.asUintN(xlen, value))
  return bytes.toString('hex', 0, xlen / 8)
}

/** A register as `registerHex` writes it. */
export function registerOf(text: string, xlen: 32 | 64): bigint | undefined {
  const bytes = bytesOf(text)
  if (bytes?.length !== xlen / 8) return undefined
  return [...bytes].reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n)
}
