/** The answers of `rvr stream`: which items a guest pulls, and what was written. */
import { keyText } from '../../extensions/io/pull.ts'
import type { Run } from '../../sdk/contract.ts'
import type { PullOrder } from '../../streams/order.ts'
import type { PulledItems } from '../../streams/stream.ts'
import type { Answer } from '../answer.ts'
import { jsonInteger } from '../form/json.ts'
import { line, table } from '../form/table.ts'
import { grouped } from '../form/units.ts'

interface Pulled {
  readonly kind: number
  /** Hex digits. */
  readonly key: string
  readonly bytes: number
}

/** What is pulled of one kind. */
interface KindFacts {
  readonly kind: number
  readonly pulls: number
  /** Different items. */
  readonly items: number
  /** Of all pulls. */
  readonly bytes: number
}

function byKind(pulls: readonly Pulled[]): KindFacts[] {
  return [...Map.groupBy(pulls, ({ kind }) => kind)]
    .toSorted(([a], [b]) => a - b)
    .map(([kind, all]) => ({
      kind,
      pulls: all.length,
      items: new Set(all.map(({ key }) => key)).size,
      bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
    }))
}

function kindsText(kinds: readonly KindFacts[]): string {
  const figures = ['pulls', 'items', 'bytes'] as const
  const rows = kinds.map(each => [`${each.kind}`, ...figures.map(figure => grouped(each[figure]))])
  return table([['kind', ...figures], ...rows], 'rrrr')
}

function facts(pulls: readonly Pulled[], output: string) {
  const kinds = byKind(pulls)
  return { pulls: pulls.length, bytes: kinds.reduce((sum, { bytes }) => sum + bytes, 0), kinds, output }
}

function factsText({ pulls, bytes, kinds, output }: ReturnType<typeof facts>): string {
  const what = line('pulled', `${grouped(pulls)} items, ${grouped(bytes)} bytes`)
  return `${what}${pulls === 0 ? '' : kindsText(kinds)}${line('written to', output)}`
}

/** What a recorded run has shown. */
export function recordedAnswer(run: Run, { guest, pulls }: PullOrder, output: string): Answer {
  const { outcome, exitCode, stopCause, trap, instret } = run
  const found = facts(pulls, output)
  const end = trap === undefined ? { exitCode, stopCause } : { trap: trap.message }
  return {
    json: { guest, outcome, ...end, instret: jsonInteger(instret), ...found },
    text: [
      line(outcome, trap?.message ?? (exitCode === undefined ? 'by a limit' : `exit code ${exitCode}`)),
      line('instructions', grouped(instret)),
      factsText(found),
    ].join(''),
  }
}

/** A stream that was written. */
export function emittedAnswer({ guest, items }: PulledItems, output: string): Answer {
  const pulls = items.map(({ kind, key, payload }) => ({
    kind,
    key: keyText(key),
    bytes: payload.length,
  }))
  const found = facts(pulls, output)
  return { json: { guest, ...found }, text: factsText(found) }
}
