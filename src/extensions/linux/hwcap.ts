/** AT_HWCAP: which single-letter instruction sets a guest has. */
import type { SetName } from '../../isa/sets.ts'

/** Bit n stands for the letter 'a' + n. */
export function hwcapOf(sets: readonly SetName[]): number {
  const letters = sets.filter(name => name.length === 1)
  return letters.reduce((bits, letter) => bits | (1 << (letter.charCodeAt(0) - 'a'.charCodeAt(0))), 0)
}
