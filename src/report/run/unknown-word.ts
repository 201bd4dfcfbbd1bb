/** Why a guest may have ended at a word that is no instruction. */
import type { Xlen } from '../../elf/image.ts'
import { hexText, wordText } from '../../hex.ts'
import { foreignText } from '../../isa/foreign.ts'

/** Opcodes that RISC-V leaves to extensions. */
const CUSTOM: Readonly<Record<number, string>> = {
  0x0b: 'custom-0',
  0x2b: 'custom-1',
  0x5b: 'custom-2',
  0x7b: 'custom-3',
}

export function unknownNote(word: number, pc: number, xlen: Xlen): string {
  const custom = CUSTOM[word & 0x7f]
  const foreign = foreignText(word, xlen)
  const why =
    custom === undefined
      ? foreign && `it is ${foreign}`
      : `${custom} belongs to extensions: the guest may need --config or --extension`
  return `the word ${wordText(word)} at ${hexText(pc)} is no instruction here${why === undefined ? '' : `; ${why}`}`
}
