/** Which context has the rows of a block with a row of its own, where the block's instructions are in several. */
import type { ExecutedBlocks } from './executed-code.ts'

interface Counted {
  readonly contexts: number
  /** First instruction of the block that the run is within; undefined or -1 where it is in none. */
  readonly open: number | undefined
  /** All instructions of a context in address order. */
  readonly each: (context: number, visit: (index: number, times: number) => void) => void
}

/** Rows to add to what instructions have: less than 0, where their block was entered in another context. */
export interface BlockCredits {
  readonly context: readonly number[]
  readonly index: readonly number[]
  readonly rows: readonly number[]
  /** The context that has entered the open block at its start. */
  readonly open: { readonly context: number; readonly start: number } | undefined
}

/**
 * Nearly always all instructions of a block are executed in one context, which is the plain case: none of them adds a
 * row, as often as the first is executed. Where a step begins within a block or a block passes into another function,
 * its later instructions are another context's, which takes over what the first one's is short of.
 */
export function blockCredits({ start, last }: ExecutedBlocks, counted: Counted): BlockCredits {
  const open = openContext(counted)
  const times = new Float64Array(start.length)
  /** By instruction: executions as a part of the whole block that were counted in other contexts. */
  const owed = new Map<number, number>()
  const wholeIn = (context: number, first: number): number =>
    times[first]! - (open?.context === context && open.start === first ? 1 : 0)
  const inContext = (context: number, use: (index: number) => void): void => {
    counted.each(context, (index, count) => (times[index] = count))
    counted.each(context, use)
    counted.each(context, index => (times[index] = 0))
  }
  for (let context = 0; context < counted.contexts; context++)
    inContext(context, first => {
      if (start[first] !== first) return
      for (let index = first + 1; index <= last[first]!; index++) {
        const short = wholeIn(context, first) - times[index]!
        if (short > 0) owed.set(index, (owed.get(index) ?? 0) + short)
      }
    })
  const credits = { context: [] as number[], index: [] as number[], rows: [] as number[], open }
  for (let context = 0; context < counted.contexts && owed.size > 0; context++)
    inContext(context, index => {
      const left = owed.get(index)
      if (left === undefined) return
      const rows = Math.min(left, times[index]! - wholeIn(context, start[index]!))
      if (rows <= 0) return
      credits.context.push(context)
      credits.index.push(index)
      credits.rows.push(-rows)
      if (rows === left) owed.delete(index)
      else owed.set(index, left - rows)
    })
  return credits
}

/** The block's instruction behind the first may be the same context's or not: the first one counts. */
function openContext({ contexts, open, each }: Counted): BlockCredits['open'] {
  if (open === undefined || open < 0) return undefined
  let found = -1
  let most = -Infinity
  for (let context = 0; context < contexts; context++) {
    let [first, next] = [0, 0]
    each(context, (index, times) => {
      if (index === open) first = times
      if (index === open + 1) next = times
    })
    if (first > 0 && first - next > most) [found, most] = [context, first - next]
  }
  return found < 0 ? undefined : { context: found, start: open }
}
