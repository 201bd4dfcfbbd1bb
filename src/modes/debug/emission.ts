/** The C of mode `debug`: each block looks at a byte of its own, which says whether to hand back in front of it. */
import { resourceText } from '../../resources.ts'
import { blockBoundaries } from '../block-boundaries.ts'
import type { Emission, EmissionTarget } from '../mode.ts'

const template = (name: string): string => resourceText(`templates/modes/debug/${name}`)

export function debugEmission({ graph, slot }: EmissionTarget): Emission {
  return {
    parameters: [],
    leavesBlock: instr => `breaks(m)[${slot(instr)}] != 0`,
    include: 'debug.h',
    files: [
      { path: 'debug.h', content: template('debug.h') },
      { path: 'debug.c', content: template('debug.c').replace('BOUNDARIES', blockBoundaries(graph)) },
    ],
    saysSlots: true,
  }
}
