/** Tells the C compiler which way a branch goes, where a profile says so. */
import type { Frequencies } from './frequency.ts'
import type { Graph } from '../program/program.ts'

/** A branch that goes one way less often is left to the compiler, which may turn it into a conditional move. */
const CLEAR = 0.9

/**
 * Wraps the condition of a block's branch. Branches that close loops are left alone: compilers expect loops to go on
 * anyway, and with a probability clang allots registers in kernels of straight loops worse (docs/lab-notebook.md).
 */
export function branchExpectation(
  { blocks }: Graph,
  frequencies: Frequencies | undefined,
): (block: number, condition: string) => string {
  if (frequencies === undefined) return (_block, condition) => condition
  return (block, condition) => {
    const { end } = blocks[block]!
    const taken = frequencies.taken(block)
    if (taken === undefined || end.kind !== 'branch' || end.taken! <= block || (taken < CLEAR && taken > 1 - CLEAR))
      return condition
    // Steps of a thousandth: a little more or less of the same changes no C.
    const likely = taken >= CLEAR
    const share = Math.round((likely ? taken : 1 - taken) * 1000) / 1000
    return `__builtin_expect_with_probability(${condition}, ${likely ? 1 : 0}, ${share === 1 ? '1.0' : share})`
  }
}
