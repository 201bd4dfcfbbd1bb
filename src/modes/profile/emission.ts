/** The C of mode `profile`: a block counts at its first slot, a way out in its middle takes back the rest. */
import { resourceText } from '../../resources.ts'
import type { Graph } from '../../program/program.ts'
import { bitmapText } from '../bitmap.ts'
import type { Emission, EmissionTarget } from '../mode.ts'

const template = (name: string): string => resourceText(`templates/modes/profile/${name}`)

/** Where the count of the slot in front does not go on, because a block ends or starts there. */
function* boundaries({ blocks }: Graph): Generator<number> {
  for (const { first, behind } of blocks) {
    yield first
    yield behind
  }
}

/**
 * Counts are differences along a block: a slot was executed as often as the counts from its block's start up to it add
 * up to. So a block that is entered adds one at its first slot, and one that is left early takes one away at the first
 * slot that does not run.
 */
export function profileEmission({ graph, slot }: EmissionTarget): Emission {
  const bitmap = bitmapText(graph.program.instrs.length + 1, boundaries(graph))
  return {
    parameters: [],
    blockEntered: instrs => (instrs.length === 0 ? [] : [`counts(m)[${slot(instrs[0]!)}]++;`]),
    refund: instrs => (instrs.length === 0 ? '' : `counts(m)[${slot(instrs[0]!)}]--; `),
    include: 'profile.h',
    files: [
      { path: 'profile.h', content: template('profile.h') },
      { path: 'profile.c', content: template('profile.c').replace('BOUNDARIES', bitmap) },
    ],
    saysSlots: true,
  }
}
