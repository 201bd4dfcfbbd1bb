/** The passes in their order. */
import { sizeOf, type Size, type System } from '../system.ts'
import { draftOf, systemOf } from './convert.ts'
import type { Draft, Elimination } from './draft.ts'
import { cases } from './passes/cases.ts'
import { checks } from './passes/checks.ts'
import { inline, type DegreeBounds } from './passes/inline.ts'
import { lookups } from './passes/lookups.ts'
import { memory } from './passes/memory.ts'
import { narrow } from './passes/narrow.ts'
import { dropProgramLookups } from './passes/program.ts'
import { propagate } from './passes/propagate.ts'
import { telescope } from './passes/telescope.ts'
import { trivial } from './passes/trivial.ts'
import { unused } from './passes/unused.ts'
import { zeros } from './passes/zeros.ts'

export interface Optimised {
  readonly system: System
  /** How the columns that went follow from those that are left: a hint for checkers. */
  readonly eliminated: readonly Elimination[]
}

export interface OptimiseOptions {
  readonly degrees?: DegreeBounds | undefined
  /** Hears of each pass when it has run. */
  readonly onPass?: ((done: PassDone) => void) | undefined
}

export interface PassDone {
  readonly pass: string
  readonly ms: number
  /** Sizes behind it. */
  size(): Size
}

export const DEFAULT_DEGREES: DegreeBounds = { constraints: 3, fields: 2 }

export interface Pass {
  readonly name: string
  run(draft: Draft): void
}

const MOST_ROUNDS = 30

interface Plan {
  readonly before: readonly Pass[]
  /** Again and again, as long as they change something. */
  readonly rounds: readonly Pass[]
  readonly after: readonly Pass[]
}

/** Passes of one run: some know what they have looked at already. */
function planOf(degrees: DegreeBounds): Plan {
  const [seenCases, seenLookups] = [new Set<string>(), new Set<string>()]
  const propagation: Pass = { name: 'propagate', run: propagate }
  return {
    before: [propagation, { name: 'program', run: dropProgramLookups }, { name: 'telescope', run: telescope }],
    rounds: [
      propagation,
      { name: 'narrow', run: narrow },
      propagation,
      { name: 'cases', run: draft => cases(draft, seenCases) },
      propagation,
      { name: 'lookups', run: draft => lookups(draft, seenLookups) },
      { name: 'program', run: dropProgramLookups },
      { name: 'telescope', run: telescope },
      { name: 'zeros', run: zeros },
      { name: 'memory', run: memory },
      propagation,
      { name: 'trivial', run: trivial },
      { name: 'unused', run: unused },
    ],
    after: [
      { name: 'inline', run: draft => inline(draft, degrees) },
      { name: 'unused', run: unused },
      { name: 'trivial', run: trivial },
      { name: 'checks', run: checks },
      { name: 'trivial', run: trivial },
    ],
  }
}

/**
 * A system with the same effect on stateful buses, and fewer columns, messages and constraints.
 *
 * @throws RvrError `INPUT_INVALID` where nothing satisfies the system
 */
export function optimise(system: System, { degrees = DEFAULT_DEGREES, onPass }: OptimiseOptions = {}): Optimised {
  const draft = draftOf(system)
  const { before, rounds, after } = planOf(degrees)
  const run = (passes: readonly Pass[]): void => {
    for (const { name, run: change } of passes) {
      const start = performance.now()
      change(draft)
      onPass?.({ pass: name, ms: performance.now() - start, size: () => sizeOf(systemOf(draft)) })
    }
  }
  run(before)
  for (let round = 0, seen = -1; round < MOST_ROUNDS && seen !== draft.changes; round++) {
    seen = draft.changes
    run(rounds)
  }
  run(after)
  return { system: systemOf(draft), eliminated: draft.eliminated }
}
