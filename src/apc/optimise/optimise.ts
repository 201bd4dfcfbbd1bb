/** The passes in their order. */
import type { Expression } from '../../air/expression.ts'
import type { BlockMachine } from '../block.ts'
import { sizeOf, type Block, type Size, type System } from '../../air/system.ts'
import { draftOf, expressionOf, systemOf } from './convert.ts'
import type { Draft } from './draft.ts'
import { Instructions } from './instructions.ts'
import { cases } from './passes/cases.ts'
import { checks } from './passes/checks.ts'
import { comparisons } from './passes/comparisons.ts'
import { helpers } from './passes/helpers.ts'
import { inline, type DegreeBounds } from './passes/inline.ts'
import { lookups } from './passes/lookups.ts'
import { marks } from './passes/marks.ts'
import { memory } from './passes/memory.ts'
import { merge } from './passes/merge.ts'
import { narrow } from './passes/narrow.ts'
import { offsets, wholeOffsets } from './passes/offsets.ts'
import { pointers } from './passes/pointers.ts'
import { dropProgramLookups } from './passes/program.ts'
import { products } from './passes/products.ts'
import { propagate } from './passes/propagate.ts'
import { regroup } from './passes/regroup.ts'
import { telescope } from './passes/telescope.ts'
import { trivial } from './passes/trivial.ts'
import { unused } from './passes/unused.ts'
import { zeros } from './passes/zeros.ts'

/** A column that went, over columns that are left and such as went later. */
export interface Eliminated {
  readonly column: number
  readonly of: Expression
  /** Rows of the block may have something else there. */
  readonly isGuess?: boolean | undefined
}

export interface Optimised {
  readonly system: System
  /** In the order in which they went: a hint for checkers, who need not believe it. */
  readonly eliminated: readonly Eliminated[]
}

export interface OptimiseOptions {
  readonly degrees?: DegreeBounds | undefined
  /** By name, what runs in the place of a pass. */
  readonly instead?: ReadonlyMap<string, Pass['run']> | undefined
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
  /** When they do not; then again from the rounds on. */
  readonly between: readonly Pass[]
  readonly after: readonly Pass[]
}

/** What makes use of what constraints and lookups say, whichever effect there is. */
function conclusionsOf() {
  const [seenMarks, seenCases] = [new Set<string>(), new Set<string>()]
  const propagation: Pass = { name: 'propagate', run: propagate }
  const conclusions: readonly Pass[] = [
    propagation,
    { name: 'narrow', run: narrow },
    propagation,
    { name: 'marks', run: draft => marks(draft, seenMarks) },
    propagation,
    { name: 'cases', run: draft => cases(draft, seenCases) },
    propagation,
  ]
  return { propagation, conclusions }
}

/** Passes of one run: some know what they have looked at already. */
function planOf(degrees: DegreeBounds): Plan {
  const seenLookups = new Set<string>()
  const { propagation, conclusions } = conclusionsOf()
  return {
    before: [propagation, { name: 'program', run: dropProgramLookups }, { name: 'telescope', run: telescope }],
    rounds: [
      ...conclusions,
      { name: 'lookups', run: draft => lookups(draft, seenLookups) },
      { name: 'program', run: dropProgramLookups },
      { name: 'telescope', run: telescope },
      { name: 'zeros', run: zeros },
      { name: 'memory', run: memory },
      propagation,
      { name: 'trivial', run: trivial },
      { name: 'unused', run: unused },
    ],
    between: [
      { name: 'comparisons', run: comparisons },
      { name: 'pointers', run: pointers },
      { name: 'offsets', run: offsets },
      propagation,
    ],
    after: [
      { name: 'whole offsets', run: wholeOffsets },
      propagation,
      { name: 'products', run: draft => products(draft, degrees) },
      { name: 'regroup', run: draft => regroup(draft, degrees) },
      { name: 'helpers', run: draft => helpers(draft, degrees) },
      { name: 'inline', run: draft => inline(draft, degrees) },
      { name: 'merge', run: merge },
      propagation,
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
export const optimise = (system: System, options: OptimiseOptions = {}): Optimised =>
  optimised(() => draftOf(system), options)

/** By machine what its instructions become alone. */
const instructions = new WeakMap<BlockMachine, Instructions>()

/**
 * The same for the system that `buildBlocks` makes of blocks, which is faster: what follows from each kind of
 * instruction alone is remembered.
 *
 * @throws RvrError `INPUT_INVALID` where the blocks cannot be executed so
 */
export function optimiseBlocks(
  machine: BlockMachine,
  blocks: readonly Block[],
  options: OptimiseOptions = {},
): Optimised {
  let known = options.instead === undefined ? instructions.get(machine) : undefined
  if (known === undefined) {
    known = new Instructions(machine, draft => settle(draft, conclusionsOf().conclusions, options.instead))
    if (options.instead === undefined) instructions.set(machine, known)
  }
  const from = known
  return optimised(() => from.draftOf(blocks), options)
}

type Instead = OptimiseOptions['instead']

function settle(draft: Draft, passes: readonly Pass[], instead: Instead): void {
  for (let round = 0, before = -1; round < MOST_ROUNDS && before !== draft.changes; round++) {
    before = draft.changes
    for (const { name, run } of passes) (instead?.get(name) ?? run)(draft)
  }
}

function optimised(start: () => Draft, { degrees = DEFAULT_DEGREES, instead, onPass }: OptimiseOptions): Optimised {
  const begun = performance.now()
  const draft = start()
  const done = (pass: string, since: number): void =>
    onPass?.({ pass, ms: performance.now() - since, size: () => sizeOf(systemOf(draft)) })
  done('read', begun)
  const { before, rounds, between, after } = planOf(degrees)
  const run = (passes: readonly Pass[]): void => {
    for (const { name, run: change } of passes) {
      const since = performance.now()
      const other = instead?.get(name) ?? change
      other(draft)
      done(name, since)
    }
  }
  run(before)
  for (let round = 0, settled = -1; round < MOST_ROUNDS && settled !== draft.changes; round++) {
    const changes = draft.changes
    run(rounds)
    if (changes !== draft.changes) continue
    settled = draft.changes
    run(between)
  }
  run(after)
  const eliminated = draft.eliminated.map(({ of, ...rest }) => ({ ...rest, of: expressionOf(of) }))
  return { system: systemOf(draft), eliminated }
}
