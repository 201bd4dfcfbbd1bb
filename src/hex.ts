/** Numbers as people read addresses and words: hexadecimal digits behind 0x. */

/** Lower-case digits without leading zeros. Bits of a negative number have to be made unsigned first. */
export const hexText = (value: bigint | number): string => `0x${value.toString(16)}`

/** An instruction word, all eight digits. */
export const wordText = (word: number): string => `0x${(word >>> 0).toString(16).padStart(8, '0')}`
