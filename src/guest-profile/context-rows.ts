/** What each context executed, and how many trace rows that added: the one way by which counts become cells. */
import type { CallCounts } from '../modes/calls/counts.ts'
import { blockCredits } from './block-credits.ts'
import { indexIn, type ExecutedCode, type ProfiledRun } from './executed-code.ts'
import { groupedBy, type Grouped } from './grouped.ts'

/**
 * An instruction, by its index in the executed code: how often it was executed, the rows that it added to its own
 * chip, and, where it is the first of a block with a row of its own, how many rows of that.
 */
export type Visit = (index: number, times: number, rows: number, blockRows: number) => void

/** Rows beyond one for each execution, or less. */
interface Corrections {
  readonly index: ArrayLike<number>
  readonly rows: ArrayLike<number>
  readonly byContext: Grouped
}

export class ContextRows {
  readonly #counts: CallCounts
  /** Index of each run's first instruction. */
  readonly #first: Uint32Array
  readonly #corrections: readonly Corrections[]
  readonly #code: ExecutedCode
  /** By instruction: what the present context says of it, if it does. */
  readonly #added: Float64Array
  readonly #times: Float64Array
  /** The context that is within a block, and the block's first instruction. */
  readonly #open: { readonly context: number; readonly start: number } | undefined

  constructor(code: ExecutedCode, counts: CallCounts, inside: ProfiledRun['inside']) {
    const { contexts, runs, extraRows } = counts
    this.#counts = counts
    this.#code = code
    this.#first = runs.pc.map(pc => indexIn(code, pc))
    this.#added = new Float64Array(code.pcs.length)
    this.#times = new Float64Array(code.blocks === undefined ? 0 : code.pcs.length)
    const count = contexts.path.length
    const extra = {
      index: extraRows.pc.map(pc => indexIn(code, pc)),
      rows: extraRows.rows,
      byContext: groupedBy(extraRows.context, count),
    }
    if (code.blocks === undefined) {
      this.#corrections = extra.index.length === 0 ? [] : [extra]
      return
    }
    const credits = blockCredits(code.blocks, {
      contexts: count,
      open: inside === undefined ? undefined : code.blocks.start[indexIn(code, inside)],
      each: (context, visit) => this.#eachTime(context, visit),
    })
    this.#open = credits.open
    const credited = { index: credits.index, rows: credits.rows, byContext: groupedBy(credits.context, count) }
    this.#corrections = [extra, credited]
  }

  /** Everything that a context executed, in address order. */
  visit(context: number, visit: Visit): void {
    const { blocks } = this.#code
    for (const corrections of this.#corrections) this.#correct(context, corrections, 1)
    const added = this.#added
    if (blocks === undefined) this.#eachTime(context, (index, times) => visit(index, times, times + added[index]!, 0))
    else {
      const times = this.#times
      const open = this.#open?.context === context ? this.#open.start : -1
      const { start } = blocks
      this.#eachTime(context, (index, count) => {
        times[index] = count
        const first = start[index]!
        if (first < 0) return visit(index, count, count + added[index]!, 0)
        const whole = times[first]! - (first === open ? 1 : 0)
        // What goes below 0 here was added to another context's.
        visit(index, count, Math.max(0, count - whole) + added[index]!, first === index ? whole : 0)
      })
      this.#eachTime(context, index => (times[index] = 0))
    }
    for (const corrections of this.#corrections) this.#correct(context, corrections, 0)
  }

  #correct(context: number, { index, rows, byContext: { first, rows: order } }: Corrections, factor: 0 | 1): void {
    for (let at = first[context]!; at < first[context + 1]!; at++) {
      const row = order[at]!
      if (factor === 0) this.#added[index[row]!] = 0
      else this.#added[index[row]!]! += rows[row]!
    }
  }

  #eachTime(context: number, visit: (index: number, times: number) => void): void {
    const { contexts, runs } = this.#counts
    for (let run = contexts.firstRun[context]!; run < contexts.firstRun[context + 1]!; run++) {
      const times = runs.times[run]!
      if (times === 0) continue
      const end = this.#first[run]! + runs.instructions[run]!
      for (let index = this.#first[run]!; index < end; index++) visit(index, times)
    }
  }
}
