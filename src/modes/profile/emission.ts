/** The C of mode `profile`: a block counts at its first slot, a way out in its middle takes back the rest. */
import { resourceText } from '../../resources.ts'
import type { Graph } from '../../program/program.ts'
import type { Instr } from '../../isa/row.ts'
import type { Emission, EmissionTarget } from '../mode.ts'

const template = (name: string): string => resourceText(`templates/modes/profile/${name}`)

/** Bit k of word k / 64: the count of slot k - 1 does not go on at slot k, because a block ends or starts there. */
function boundaries({ program, blocks }: Graph): string {
  const words = new BigUint64Array(Math.ceil((program.instrs.length + 1) / 64))
  for (const { first, count } of blocks)
    for (const slot of [first, first + count]) words[slot >> 6]! |= 1n << BigInt(slot & 63)
  return [...words].map(word => `0x${word.toString(16)}u`).join(', ')
}

/**
 * Counts are differences along a block: a slot was executed as often as the counts from its block's start up to it add
 * up to. So a block that is entered adds one at its first slot, and one that is left early takes one away at the first
 * slot that does not run.
 */
export function profileEmission({ graph }: EmissionTarget): Emission {
  const slotOf = ({ pc }: Instr): number => (pc - graph.program.base) / 4
  return {
    parameters: [],
    blockEntered: instrs => (instrs.length === 0 ? [] : [`counts(m)[${slotOf(instrs[0]!)}]++;`]),
    refund: instrs => (instrs.length === 0 ? '' : `counts(m)[${slotOf(instrs[0]!)}]--; `),
    include: 'profile.h',
    files: [
      { path: 'profile.h', content: template('profile.h') },
      { path: 'profile.c', content: template('profile.c').replace('BOUNDARIES', boundaries(graph)) },
    ],
    saysSlots: true,
  }
}
