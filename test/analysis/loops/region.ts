/** Hand-written guests as the analyses of loops see them. */
import { innermostLoops, type InnermostLoop } from '../../../src/analysis/loops/find.ts'
import type { FastLoop } from '../../../src/analysis/loops/fast-loop.ts'
import { planFastLoop } from '../../../src/analysis/loops/plan.ts'
import { stackSlots } from '../../../src/analysis/loops/slots.ts'
import { stackWords } from '../../../src/analysis/loops/stack-words.ts'
import { walk, type LoopRegion, type Walk } from '../../../src/analysis/loops/walk.ts'
import type { Xlen } from '../../../src/elf/image.ts'
import type { Instr } from '../../../src/isa/row.ts'
import { successors } from '../../../src/program/successors.ts'
import { graphOf } from '../../codegen/guests.ts'
import type { Assembler } from '../../support/assembler.ts'

export type Write = (a: Assembler) => Assembler

export const registers = { zero: 0, ra: 1, sp: 2, t0: 5, t1: 6, t2: 7, s0: 8, s1: 9, a0: 10, a1: 11, a2: 12, a3: 13 }

export interface Region extends LoopRegion {
  readonly loops: readonly InnermostLoop[]
}

/** All blocks of a guest, in address order, and the innermost loops among them. */
export function regionOf(xlen: Xlen, write: Write): Region {
  const { program, blocks } = graphOf(xlen, a => write(a).op('terminate'))
  const bodies = blocks.map(({ first, count }) => program.instrs.slice(first, first + count) as Instr[])
  const next = blocks.map(block => successors(block))
  const headers = new Set(next.flatMap((targets, from) => targets.filter(target => target <= from)))
  const loops = innermostLoops(blocks, next, position => headers.has(position))
  return { blocks, bodies, next, namesAddresses: true, keepsWords: true, loops }
}

/** The first block's instructions. */
export const straight = (xlen: Xlen, write: Write): readonly Instr[] => regionOf(xlen, write).bodies[0]!

/** The only loop, walked once. */
export function walkOf(xlen: Xlen, write: Write): Walk & { region: Region; loop: InnermostLoop } {
  const region = regionOf(xlen, write)
  const loop = region.loops[0]!
  const instrs = loop.blocks.flatMap(position => region.bodies[position]!)
  return { region, loop, ...walk(loop, region, stackSlots(stackWords(instrs), instrs, xlen / 8)) }
}

export function planOf(xlen: Xlen, write: Write): FastLoop {
  const region = regionOf(xlen, write)
  return planFastLoop(region.loops[0]!, region, xlen)
}
