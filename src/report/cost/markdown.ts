/** The report of `rvr cost` as Markdown, for job summaries. */
import { code, markdownFacts, markdownTable } from '../form/markdown.ts'
import { entryRows } from '../profiles/entries.ts'
import { heading, nameCell, shares, totals, trapFacts } from '../run/markdown-facts.ts'
import { meteredFacts } from '../segments/facts.ts'
import { chipRows } from '../segments/text.ts'
import { comparisonRows, notShown, verdict, type Comparison } from './comparison.ts'
import type { CostRun, CostView } from './cost.ts'
import type { Breakdown } from './measurement.ts'

/** Rows of each breakdown. */
const breakdownRows: Readonly<Record<Breakdown, (run: CostRun, top: number) => string[][]>> = {
  chips: ({ metered }, top) => chipRows(meteredFacts(metered)!.chips, metered.cost!, top),
  functions: ({ profiled }, top) => entryRows('function', profiled!.profile!.functions, top, nameCell),
  opcodes: ({ profiled }, top) => entryRows('operation', profiled!.profile!.opcodes, top),
}

/** `rvr cost --format markdown` */
export function costMarkdown(run: CostRun, comparison: Comparison | undefined, view: CostView): string {
  const { guest, metered } = run
  return [
    heading(guest, metered),
    markdownFacts([...trapFacts(metered), ...totals(metered)]),
    shares(breakdownRows[view.shown](run, view.top)),
    comparison === undefined ? '' : comparisonMarkdown(comparison, view),
  ].join('')
}

function comparisonMarkdown(comparison: Comparison, view: CostView): string {
  const base = code(comparison.base)
  const omitted = notShown({ ...comparison, base }, view)
  const judgement = verdict(comparison)
  const name = view.shown === 'functions' ? nameCell : undefined
  return [
    `#### Compared with ${base}\n\n`,
    judgement === undefined ? '' : `**${judgement}**\n\n`,
    markdownTable(comparisonRows(comparison, view, name), 'lrrrr'),
    omitted === undefined ? '' : `${omitted}\n\n`,
  ].join('')
}
