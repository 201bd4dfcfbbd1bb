/** Which way branches go, where a profile says so. */
import type { Frequencies } from './frequency.ts'
import type { Graph } from '../program/program.ts'

/** A branch that goes one way less often is left to the compiler, which may turn it into a conditional move. */
const CLEAR = 0.9

export interface Expectation {
  /** Is the branch taken, as a rule? */
  readonly taken: boolean
  /** In how many of its executions that is so, in steps of a thousandth: a little more or less changes no C. */
  readonly share: number
}

/**
 * Of a block's branch; undefined where nothing clear is known. Branches that close loops are left alone: compilers
 * expect loops to go on anyway, and with a probability clang allots registers in kernels of straight loops worse
 * (docs/lab-notebook.md).
 */
export function branchExpectation(
  { blocks }: Graph,
  frequencies: Frequencies,
): (block: number) => Expectation | undefined {
  return block => {
    const { end } = blocks[block]!
    const share = frequencies.taken(block)
    if (share === undefined || end.kind !== 'branch' || end.taken! <= block) return undefined
    if (share < CLEAR && share > 1 - CLEAR) return undefined
    const taken = share >= CLEAR
    return { taken, share: Math.round((taken ? share : 1 - share) * 1000) / 1000 }
  }
}
