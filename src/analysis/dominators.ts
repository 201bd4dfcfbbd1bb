/** Which blocks all ways to a block lead through. */
import { solve } from './flow.ts'

/** Blocks that all ways lead through, the last of them and those in front; positions descend. */
interface Chain {
  readonly block: number
  readonly before: Chain | undefined
}

const ENTRY: Chain = { block: -1, before: undefined }

/**
 * The immediate dominator of each block; the entry's own is itself. `next`: positions in reverse postorder, the entry
 * first, so that dominators have lower ones.
 */
export const dominatorsOf = (next: readonly (readonly number[])[]): number[] =>
  solve<Chain>({
    direction: 'forward',
    next,
    start: position => (position === 0 ? ENTRY : undefined),
    pass: (block, before) => ({ block, before }),
    meet: shared,
  }).map((chain, position) => (chain === undefined ? position : Math.max(chain.block, 0)))

/** What two chains have in common. Mostly they share objects from some block on. */
function shared(a: Chain, b: Chain): Chain {
  if (a === b) return a
  if (a.block > b.block) return shared(a.before!, b)
  if (b.block > a.block) return shared(a, b.before!)
  if (a.before === undefined) return a
  const before = shared(a.before, b.before!)
  return before === a.before ? a : { block: a.block, before }
}

/** The last block that all ways to both lead through. */
export function commonDominator(dominators: readonly number[], a: number, b: number): number {
  while (a !== b) {
    if (a > b) a = dominators[a]!
    else b = dominators[b]!
  }
  return a
}
