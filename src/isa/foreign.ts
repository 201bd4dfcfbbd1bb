/** What a word would be in a guest with more instruction sets: for messages about unknown words. */
import type { Xlen } from '../elf/image.ts'
import { compressedRowOf, compressedRows, expander } from './compressed.ts'
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
const EBREAK = 0x9002

/** `Zbb: clz` or `A`; undefined where the word is nothing that is known here. */
function ownerOf(word: number, xlen: Xlen): string | undefined {
  for (const set of setNames) {
    const row = sets[set].find(
      ({ mask, match, only }) => (word & mask) === match && (only === undefined || only === xlen),
    )
    if (row !== undefined) return `${row.name} of extension ${titleOf(set)}`
  }
  const opcode = word & 0x7f
  if ((opcode & 3) !== 3) return halfOwner(word & 0xffff, xlen)
  const other = OTHERS[opcode]
  return other && `an instruction of extension ${other}`
}

/** Sets that users know as halves of another. */
const WHOLE: Readonly<Record<string, string>> = { zaamo: 'A', zalrsc: 'A' }

/** Of loads and stores of floating-point registers, what is above bit 12; the second of RV32 alone. */
const FLOATS: Readonly<Record<Xlen, readonly number[]>> = { 32: [1, 3, 5, 7], 64: [1, 5] }
const expanders = new Map<Xlen, { readonly set: 'c' | 'zcb'; expand(half: number): number }[]>()

/** The same of 16 bits. Reserved ones and zeros belong to nobody, and ebreak to the guest's ABI. */
function halfOwner(half: number, xlen: Xlen): string | undefined {
  if (half === EBREAK) return undefined
  let known = expanders.get(xlen)
  if (known === undefined)
    expanders.set(
      xlen,
      (known = (['c', 'zcb'] as const).map(set => ({ set, expand: expander(xlen, compressedRows[set]) }))),
    )
  for (const { set, expand } of known)
    if (expand(half) !== 0)
      return `${compressedRowOf(compressedRows[set], half, xlen)!.name} of extension ${titleOf(set)}`
  return (half & 1) === 0 && FLOATS[xlen].includes(half >>> 13)
    ? 'an instruction of 16 bits, of extension F or D'
    : undefined
}

/** The name of a set as manuals write it: `Zbb`, `M`. */
export const titleOf = (set: string): string => WHOLE[set] ?? set[0]!.toUpperCase() + set.slice(1)

/** `clz of extension Zbb, which the guest does not have (--isa)`; undefined where the word is nothing that is known. */
export function foreignText(word: number, xlen: Xlen): string | undefined {
  const owner = ownerOf(word, xlen)
  return owner && `${owner}, which the guest does not have here`
}
