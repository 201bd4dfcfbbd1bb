/** Which accesses of a loop might meet the words of the stack that it keeps in variables. */
import type { FastLoop, KeptWords, Neighbour } from './fast-loop.ts'
import { isStackAccess, type StackWord } from './stack-words.ts'
import type { Site } from './walk.ts'

export const NOTHING_KEPT: KeptWords = { words: [], neighbours: [] }

/** The part of the stack that an access must not meet: loads may meet what is only read. */
function extentOf(words: readonly StackWord[], isStore: boolean): { from: number; to: number } | undefined {
  const concerned = words.filter(({ isWritten }) => isStore || isWritten)
  if (concerned.length === 0) return undefined
  return {
    from: concerned.reduce((least, { offset }) => Math.min(least, offset), Infinity),
    to: concerned.reduce((most, { offset, bytes }) => Math.max(most, offset + bytes), -Infinity),
  }
}

/** `hoisted` covers all sites; `blocks`: the loop's, by position. */
export function keptWords(
  words: readonly StackWord[],
  sites: readonly Site[],
  { hoisted, covered }: Pick<FastLoop, 'hoisted' | 'covered'>,
  blocks: readonly number[],
): KeptWords {
  if (words.length === 0) return NOTHING_KEPT
  const neighbours: Neighbour[] = []
  for (const { block, index, instr, address, width } of sites) {
    const extent = extentOf(words, instr.row.kind === 'store')
    // The words themselves, and other parts of the stack by constant offsets: which they meet was looked at.
    if (extent === undefined || isStackAccess(instr)) continue
    const { terms, stride } = hoisted[covered[blocks.indexOf(block)]!.get(index)!.check]!
    const own = { terms, stride, low: address!.constant, high: address!.constant + width, ...extent }
    const known = neighbours.findIndex(
      other => other.terms === terms && other.from === extent.from && other.to === extent.to,
    )
    if (known < 0) neighbours.push(own)
    else neighbours[known] = joined(neighbours[known]!, own)
  }
  return { words, neighbours }
}

const joined = (one: Neighbour, other: Neighbour): Neighbour => ({
  ...one,
  low: Math.min(one.low, other.low),
  high: Math.max(one.high, other.high),
})
