/** What the Markdown of `rvr run` and that of `rvr cost` say alike of a run. */
import { hexText } from '../../hex.ts'
import type { ReportedGuest } from '../compile/artifact.ts'
import { code, markdownTable } from '../form/markdown.ts'
import { shortened } from '../form/table.ts'
import { grouped } from '../form/units.ts'
import { meteredFacts } from '../segments/facts.ts'
import { segmentsTotal } from '../segments/text.ts'
import type { ReportedRun } from './json.ts'
import { outcomeText } from './text.ts'

export type Fact = readonly [name: string, value: string]

/** A symbol as a cell. */
export const nameCell = (name: string): string => code(shortened(name))

const MOST_CALLS = 16

/** How a trapped run came to its trap. */
export function trapFacts({ trap }: ReportedRun): Fact[] {
  if (trap === undefined) return []
  const place = (pc: number, symbol = ''): string => code(`${hexText(pc)} ${shortened(symbol)}`.trimEnd())
  const calls = trap.backtrace.frames.slice(1, 1 + MOST_CALLS)
  const callers = calls.map(({ pc, symbol, found }, index): Fact => {
    const remark = found === 'stack' ? ' (found on the stack)' : ''
    return [index === 0 ? 'called from' : '', `${place(pc, symbol)}${remark}`]
  })
  return [
    ['at', `${place(trap.pc, trap.symbol)}: ${code(trap.instruction)}`],
    ['because', code(trap.message)],
    ...callers,
  ]
}

/** What it did, in numbers. */
export function totals(run: ReportedRun): Fact[] {
  const facts = meteredFacts(run)
  const list: Fact[] = [['instructions', grouped(run.instret)]]
  if (run.cost !== undefined) list.push(['cost', `${grouped(run.cost)} trace cells`])
  if (facts !== undefined) list.push(['segments', segmentsTotal(facts)])
  return list
}

/** A guest, for headings. */
export type Named = Pick<ReportedGuest, 'path'>

/** The guest, and how it ended. */
export const heading = ({ path }: Named, run: ReportedRun): string => `### ${code(path)}: ${outcomeText(run)}\n\n`
/** A table of which the last column is a share. */
export const shares = (rows: readonly (readonly string[])[]): string => markdownTable(rows, 'lrrr')
