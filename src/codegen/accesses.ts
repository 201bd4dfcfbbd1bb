/** What a mode that looks at every single access has in front of it. */
import { alignments, type Alignment } from '../analysis/alignment.ts'
import type { BlockPlan } from '../analysis/plan.ts'
import { repeatedAccesses } from '../analysis/repeated-accesses.ts'
import type { InLoop, Part } from './manner.ts'
import type { Moving } from './moving.ts'
import { operand } from './operands.ts'
import type { RegionText } from './region-text.ts'
import { offsetOf } from './statement.ts'

export interface AccessText {
  /** C condition under which the instruction is left to the interpreter. */
  readonly leaves: string | undefined
  readonly lines: readonly string[]
}

interface Place {
  readonly part: Part
  readonly moving: ReadonlyMap<number, Moving>
  readonly inLoop: InLoop | undefined
}

/**
 * By index; undefined in modes that do not ask. Guests hardly ever access what is not aligned: main regions leave that
 * to the interpreter, which makes the rest of the block simple. Where nothing may leave, and in resume regions, which
 * go on with loops that do it all the time, it is part of the text.
 */
export function accessTexts(
  { context, plan: { region } }: RegionText,
  { instrs }: BlockPlan,
  { part, moving, inLoop }: Place,
): ReadonlyMap<number, AccessText> | undefined {
  const { emission } = context
  if (emission.accessed === undefined) return undefined
  const mayLeave = part === 'whole' && region.kind === 'main'
  const found = alignments(instrs, { proven: inLoop?.aligned, moving, learns: mayLeave })
  const isLeft = (alignment: Alignment): boolean => mayLeave && alignment !== 'known'
  const isAligned = (index: number): boolean => found.get(index) === 'known' || isLeft(found.get(index)!)
  const repeated = repeatedAccesses(instrs, index => !moving.has(index) && isAligned(index))
  const texts = new Map<number, AccessText>()
  for (const [index, alignment] of found) {
    const instr = instrs[index]!
    const { row, rs1 } = instr
    if (row.kind !== 'load' && row.kind !== 'store') continue
    const address = offsetOf(instr, moving.get(index))
    const tested = alignment === 'register' ? operand(rs1) : `(${address})`
    const leaves = isLeft(alignment) ? `(${tested} & ${row.width - 1}) != 0` : undefined
    const lines = emission.accessed({
      address,
      width: row.width,
      isAligned: isAligned(index),
      isRepeated: repeated.has(index),
      isTold: inLoop?.told === index,
      isIterated: inLoop?.isIterated === true,
      instr,
    })
    texts.set(index, { leaves, lines })
  }
  return texts
}
