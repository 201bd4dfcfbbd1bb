/** The iterations of a counted loop as C: nothing is tested in them, and nothing leaves them on the way. */
import { writeBlock } from '../block-writer.ts'
import type { LoopPlan } from '../region-plan.ts'
import type { RegionWriter } from '../region-writer.ts'
import { chunkPointers, loopCounter } from './write.ts'
import { WordVariables } from '../../analysis/loops/words.ts'

/**
 * `while`: as many as the loop's counter says but one. `do`: all of them.
 * `counted`: by block, the instructions whose accesses a mode has counted in front of the loop.
 */
export function iterations(
  writer: RegionWriter,
  plan: LoopPlan,
  kind: 'while' | 'do',
  counted?: readonly ReadonlySet<number>[],
): string[] {
  const {
    blocks,
    loop: {
      kept: { words },
      lossless,
    },
  } = plan
  const { lines } = writer
  const another = `(--${loopCounter(plan, writer.addresses)} != 0)`
  const pointers = writer.context.graph.program.xlen === 32 ? chunkPointers(plan) : undefined
  const variables = words.length === 0 ? undefined : new WordVariables(words)
  const before = lines.length
  for (const [index, block] of blocks.entries())
    writeBlock(writer, block, undefined, 'instructions', {
      lossless: lossless[index]!,
      places: pointers?.places[index],
      variables,
      isHeader: index === 0,
      counted: counted?.[index],
    })
  const iteration = lines.splice(before)
  return [
    '  {',
    ...(pointers?.declarations ?? []),
    ...(variables?.declarations ?? []),
    kind === 'while' ? `  while ${another} {` : '  do {',
    ...(variables?.splits ?? []),
    ...iteration,
    ...(pointers?.steps ?? []),
    ...(variables?.joins ?? []),
    kind === 'while' ? '  }' : `  } while ${another};`,
    ...(variables?.stores ?? []),
    '  }',
  ]
}
