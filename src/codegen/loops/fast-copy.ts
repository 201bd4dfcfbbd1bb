/** The fast copy of a loop and the way into it, in front of the slow copy's header. */
import { writeBlock } from '../block-writer.ts'
import type { Part } from '../manner.ts'
import type { RegionText } from '../region-text.ts'
import { enterFastLoop } from './enter.ts'
import { iterations } from './iterations.ts'
import type { LoopText } from './loop-text.ts'

/** `following`: the block whose text comes next. */
export function writeFastLoop(text: RegionText, loop: LoopText, following: number | undefined): void {
  const { blocks, alone, counted } = loop.plan
  const { lossless } = loop.plan.loop
  const behind = (index: number): number | undefined => blocks[index + 1]?.block.id ?? (alone ? following : undefined)
  for (const line of enterFastLoop(loop, text.context)) text.lines.push(line)
  text.inside(loop, () => {
    const last = counted === undefined ? undefined : writeIterations(text, loop, counted.exit)
    for (const [index, block] of blocks.entries()) {
      const following = behind(index)
      const inLoop = { lossless: lossless[index]!, aligned: loop.aligned?.proven[index] }
      if (last === undefined) writeBlock(text, block, { following, inLoop })
      else writeBlock(text, block, { following, part: last(index) })
    }
  })
}

/** The iterations of a counted loop, all or all but one. Returns what is left to be written of each block. */
function writeIterations(text: RegionText, loop: LoopText, exit: number): (index: number) => Part {
  const { blocks, counted } = loop.plan
  const keepsWords = loop.plan.loop.kept.words.length > 0
  // Where registers are overwritten in each iteration, the last one is written apart: the others need not keep values
  // that nobody will see. It finds all words in memory.
  const apart = counted!.hasTemporaries || exit < blocks.length - 1 || keepsWords
  const lines = iterations(text, loop, apart ? 'while' : 'do')
  if (keepsWords) text.lines.push(`  if (${loop.counter} != 1)`)
  for (const line of lines) text.lines.push(line)
  const last = apart ? 'paid' : 'transfer'
  return index => (index > exit ? 'whole' : last)
}
