/** How far a basic block reaches, for any address in it. */
import type { Code } from './code.ts'
import { BRANCH, CALL, HOST, JAL, JALR, UNKNOWN } from './operation.ts'

/** Where blocks begin, beside the instructions behind transfers. */
export interface BlockBounds {
  startsBlock(pc: number): boolean
  readonly longestBlock: number
}

/**
 * Instructions from `pc` to the end of its basic block. Transfers end a block and belong to it; a host instruction, a call or an unknown word is a block of its own.
 */
export function blockLengths(code: Code, { startsBlock, longestBlock }: BlockBounds): (pc: number) => number {
  const known = new Map<number, number>()
  const measure = (pc: number): number => {
    for (let count = 0; count < longestBlock; count++) {
      const operation = code.at(pc + 4 * count)
      if (operation === undefined || operation.code === HOST || operation.code === CALL || operation.code === UNKNOWN) return Math.max(1, count)
      if (count > 0 && startsBlock(pc + 4 * count)) return count
      if (operation.code === BRANCH || operation.code === JAL || operation.code === JALR) return count + 1
    }
    return longestBlock
  }
  return pc => {
    let length = known.get(pc)
    if (length === undefined) known.set(pc, (length = measure(pc)))
    return length
  }
}
