/** Marks of the leaves that a loop touches in many iterations, whose addresses move evenly. */
import type { LeafBytes } from '../../layout/meter.ts'
import type { AccessSeries } from '../mode.ts'
import { addressText, touchStatements } from './touches.ts'

interface Span {
  from: number
  to: number
}

/**
 * Accesses that touch every leaf between the first and the last of them, wherever the base lies: no two neighbours
 * begin more than a leaf apart.
 */
function spansOf(accesses: AccessSeries['accesses'], leafBytes: LeafBytes): Span[] {
  const spans: Span[] = []
  for (const { offset, width } of accesses.toSorted((a, b) => a.offset - b.offset)) {
    const last = spans.at(-1)
    if (last !== undefined && offset <= last.to - 1 + leafBytes) last.to = Math.max(last.to, offset + width)
    else spans.push({ from: offset, to: offset + width })
  }
  return spans
}

/** Statements that mark all leaves of so many iterations. */
export function seriesStatements(series: AccessSeries, times: string, leafBytes: LeafBytes): string[] {
  const { base, accesses, stride } = series
  if (stride === 0) return touchStatements(series, leafBytes)
  const distinct = [...new Map(accesses.map(access => [`${access.offset} ${access.width}`, access])).values()]
  if (typeof stride === 'string')
    return distinct.map(
      ({ offset, width }) => `touch_series(m, ${addressText(base, offset)}, ${times}, ${stride}, ${width});`,
    )
  // Backwards is forwards from the other end.
  const step = Math.abs(stride)
  const way = `(uint64_t)(${times} - 1) * ${step}`
  const back = stride < 0 ? ` - ${way}` : ''
  const spans = spansOf(distinct, leafBytes)
  const isDense = spans.every(({ from, to }) => step <= to - from - 1 + leafBytes)
  return isDense
    ? spans.map(({ from, to }) => `touch_span(m, ${addressText(base, from)}${back}, ${way} + ${to - from});`)
    : distinct.map(
        ({ offset, width }) => `touch_series(m, ${addressText(base, offset)}${back}, ${times}, ${step}, ${width});`,
      )
}
