/** What a word would be in a guest with more instruction sets: for messages about unknown words. */
import type { Xlen } from '../elf/image.ts'
import { setNames, sets } from './sets.ts'

/** Extensions that rvr has not at all, by opcode. */
const OTHERS: Readonly<Record<number, string>> = {
  0x07: 'F, D or V',
  0x27: 'F, D or V',
  0x43: 'F or D',
  0x47: 'F or D',
  0x4b: 'F or D',
  0x4f: 'F or D',
  0x53: 'F or D',
  0x57: 'V',
}
/** `Zbb: clz` or `A`; undefined where the word is nothing that is known here. */
function ownerOf(word: number, xlen: Xlen): string | undefined {
  for (const set of setNames) {
    const row = sets[set].find(
      ({ mask, match, only }) => (word & mask) === match && (only === undefined || only === xlen),
    )
    if (row !== undefined) return `${row.name} of extension ${titleOf(set)}`
  }
  const opcode = word & 0x7f
  // Words of zeros and of ones are no instructions by intention.
  if ((opcode & 3) !== 3) return (word & 0xffff) === 0 ? undefined : 'an instruction of 16 bits, of extension C'
  const other = OTHERS[opcode]
  return other && `an instruction of extension ${other}`
}

/** Sets that users know as halves of another. */
const WHOLE: Readonly<Record<string, string>> = { zaamo: 'A', zalrsc: 'A' }

/** The name of a set as manuals write it: `Zbb`, `M`. */
export const titleOf = (set: string): string => WHOLE[set] ?? set[0]!.toUpperCase() + set.slice(1)

/** `clz of extension Zbb, which the guest does not have (--isa)`; undefined where the word is nothing that is known. */
export function foreignText(word: number, xlen: Xlen): string | undefined {
  const owner = ownerOf(word, xlen)
  return owner && `${owner}, which the guest does not have here`
}
