/** Bitmaps of instruction slots as the C of a mode has them: bit k of word k / 64 says something of slot k. */

/** The words of a bitmap of `slots` slots with the bits of `marked`, as the elements of a C array. */
export function bitmapText(slots: number, marked: Iterable<number>): string {
  const words = new BigUint64Array(Math.ceil(slots / 64))
  for (const slot of marked) words[slot >> 6]! |= 1n << BigInt(slot & 63)
  return [...words].map(word => `0x${word.toString(16)}u`).join(', ')
}
