/** Accesses of a loop that are aligned in every iteration where they are in the first. */
import type { Instr } from '../../isa/row.ts'
import type { FastLoop } from './fast-loop.ts'
import type { HoistedCheck } from './strides.ts'

/** `terms + constant` at the header has to be a multiple of `width`, for all accesses of check number `check`. */
export interface AlignedCheck extends Pick<HoistedCheck, 'terms'> {
  readonly constant: number
  readonly width: number
}

export interface AlignedLoop {
  readonly tests: readonly AlignedCheck[]
  /** Per block, the instructions (by index) that the tests are about. */
  readonly proven: readonly ReadonlySet<number>[]
}

interface Site {
  readonly block: number
  readonly index: number
  readonly check: number
  /** From the terms' value. */
  readonly constant: number
  readonly width: number
}

/** `bodies`: the loop's blocks. */
export function alignedLoop(
  { hoisted, covered }: Pick<FastLoop, 'hoisted' | 'covered'>,
  bodies: readonly (readonly Instr[])[],
): AlignedLoop {
  const sites = covered.flatMap((places, block) =>
    [...places].flatMap(([index, { check, offset }]): Site[] => {
      const { row } = bodies[block]![index]!
      const { low, stride } = hoisted[check]!
      if (row.kind !== 'load' && row.kind !== 'store') return []
      const isSteady = stride.register === 0 && stride.constant % row.width === 0
      return row.width > 1 && isSteady ? [{ block, index, check, constant: low + offset, width: row.width }] : []
    }),
  )
  const tests = new Map<number, AlignedCheck>()
  for (const { check, constant, width } of sites) {
    const before = tests.get(check)
    if (before === undefined || before.width < width)
      tests.set(check, { terms: hoisted[check]!.terms, constant, width })
  }
  const proven = bodies.map(() => new Set<number>())
  for (const { block, index, check, constant, width } of sites)
    if ((constant - tests.get(check)!.constant) % width === 0) proven[block]!.add(index)
  return { tests: [...tests.values()], proven }
}
