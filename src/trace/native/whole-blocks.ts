/** Pieces of a recording that end within a block are joined: a block that is proved in one row is replayed at once. */
import type { AirSet, BlockRows } from '../../air/air.ts'
import { INSTRUCTION_BYTES } from '../../air/system.ts'
import type { Piece, TapeWords } from './records.ts'

const isWithin = ({ start, instructions }: BlockRows, pc: number): boolean =>
  pc > start && pc < start + INSTRUCTION_BYTES * instructions.length

export function withWholeBlocks(pieces: readonly Piece[], { airs }: AirSet): readonly Piece[] {
  const blocks = airs.flatMap(({ block }) => block ?? [])
  const joined: Piece[] = []
  for (const piece of pieces) {
    const before = joined.at(-1)
    if (before !== undefined && blocks.some(block => isWithin(block, piece.pc)))
      joined[joined.length - 1] = { ...before, words: together(before.words, piece.words) }
    else joined.push(piece)
  }
  return joined
}

function together(first: TapeWords, second: TapeWords): TapeWords {
  const length = first.length + second.length
  if (first instanceof Uint32Array) {
    const words = new Uint32Array(length)
    words.set(first)
    words.set(second as Uint32Array, first.length)
    return words
  }
  const words = new BigUint64Array(length)
  words.set(first)
  words.set(second as BigUint64Array, first.length)
  return words
}
