/** The C of mode `profile`: a block counts at its first slot, a way out in its middle takes back the rest. */
import { resourceText } from '../../resources.ts'
import { blockBoundaries } from '../block-boundaries.ts'
import type { Emission, EmissionTarget } from '../mode.ts'

const template = (name: string): string => resourceText(`templates/modes/profile/${name}`)

/**
 * Counts are differences along a block: a slot was executed as often as the counts from its block's start up to it add
 * up to. So a block that is entered adds one at its first slot, and one that is left early takes one away at the first
 * slot that does not run.
 */
export function profileEmission({ graph, slot }: EmissionTarget): Emission {
  return {
    parameters: [],
    blockEntered: instrs => (instrs.length === 0 ? [] : [`counts(m)[${slot(instrs[0]!)}]++;`]),
    refund: instrs => (instrs.length === 0 ? '' : `counts(m)[${slot(instrs[0]!)}]--; `),
    include: 'profile.h',
    files: [
      { path: 'profile.h', content: template('profile.h') },
      { path: 'profile.c', content: template('profile.c').replace('BOUNDARIES', blockBoundaries(graph)) },
    ],
    saysSlots: true,
  }
}
