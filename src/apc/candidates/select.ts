/** Takes some of the ranked candidates, and makes autoprecompiles of them. */
import { RvrError } from '../../errors.ts'
import { chipNameOf, type Autoprecompiles } from '../../machine/autoprecompiles.ts'
import type { WrittenCandidates } from './candidates.ts'
import type { CandidatesFile } from './file.ts'

/** Skips some at the top of the order, then takes as many as there are of those wanted. */
export function selected(
  { candidates, systemText }: CandidatesFile,
  { autoprecompiles, skip }: { readonly autoprecompiles: number; readonly skip: number },
): WrittenCandidates {
  const ranked = candidates.ranked.slice(skip, skip + autoprecompiles)
  return { candidates: { ...candidates, ranked }, systems: ranked.map((_, index) => systemText(skip + index)) }
}

/** @throws RvrError `USAGE` where a superblock is among them */
export function autoprecompilesOf({ candidates: { guest, ranked }, system }: CandidatesFile): Autoprecompiles {
  return {
    guest,
    list: ranked.map(({ blocks }, index) => {
      const [block, ...others] = blocks
      if (block === undefined || others.length > 0)
        throw new RvrError('USAGE', 'superblocks cannot be executed: they can be selected alone', {
          hint: 'Generate candidates of single blocks: superblocks 1.',
        })
      const { start, instructions } = block
      return { start, instructions, chip: chipNameOf(start), system: system(index) }
    }),
  }
}
