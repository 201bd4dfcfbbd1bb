/** The iterations of a counted loop as C: nothing is tested in them, and nothing leaves them on the way. */
import { writeBlock } from '../block-writer.ts'
import type { RegionText } from '../region-text.ts'
import { loneAccess } from './lone-access.ts'
import type { LoopText } from './loop-text.ts'
import { chunkPointers } from './pointers.ts'
import { WordVariables } from './word-variables.ts'

/**
 * `while`: as many as the loop's counter says but one. `do`: all of them.
 * `counted`: by block, the instructions whose accesses a mode has counted in front of the loop.
 */
export function iterations(
  text: RegionText,
  loop: LoopText,
  kind: 'while' | 'do',
  counted?: readonly ReadonlySet<number>[],
): string[] {
  const { blocks } = loop.plan
  const { kept, lossless } = loop.plan.loop
  const { lines } = text
  const another = `(--${loop.counter} != 0)`
  const { graph, emission } = text.context
  // Where every access is looked at, nothing is vectorised, and two texts of one address cost more than one.
  const hasPointers = graph.program.xlen === 32 && emission.accessed === undefined
  const pointers = hasPointers ? chunkPointers(loop) : undefined
  const variables = kept.words.length === 0 ? undefined : new WordVariables(kept.words)
  const times = kind === 'while' ? `(${loop.counter} - 1)` : loop.counter
  const counts = blocks.flatMap(({ instrs }) => emission.iterated?.(instrs, times) ?? [])
  const lone = emission.accessedInSeries === undefined ? undefined : loneAccess(text, loop)
  const told = lone && emission.accessedInSeries!({ ...lone.series, times: `(uint64_t)${times}` })
  const before = lines.length
  for (const [index, block] of blocks.entries())
    writeBlock(text, block, {
      part: 'instructions',
      inLoop: {
        lossless: lossless[index]!,
        places: pointers?.places[index],
        variables,
        isHeader: index === 0,
        counted: counted?.[index],
        isIterated: emission.iterated !== undefined,
        told: lone?.block === index ? lone.index : undefined,
        aligned: loop.aligned?.proven[index],
      },
    })
  const iteration = lines.splice(before)
  return [
    '  {',
    ...[...counts, ...(told ?? [])].map(line => `  ${line}`),
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
