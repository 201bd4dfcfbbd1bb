/** How far a span of straight-line code reaches, for any address in it. */
import type { SpanWatcher } from '../modes/collector.ts'
import { endsSpan } from '../program/span.ts'
import type { Code } from './code.ts'

/** Instructions from `pc` to the end of its span. */
export function spanLengths(
  code: Code,
  { startsSpan, longestSpan }: Pick<SpanWatcher, 'startsSpan' | 'longestSpan'>,
): (pc: number) => number {
  const known = new Map<number, number>()
  const measure = (pc: number): number => {
    for (let count = 0, at = pc; count < longestSpan; count++) {
      const operation = code.at(at)
      if (operation === undefined) return Math.max(1, count)
      if (count > 0 && startsSpan(at)) return count
      if (endsSpan(operation.instr?.row)) return count + 1
      at = operation.next
    }
    return longestSpan
  }
  return pc => {
    let length = known.get(pc)
    if (length === undefined) known.set(pc, (length = measure(pc)))
    return length
  }
}
