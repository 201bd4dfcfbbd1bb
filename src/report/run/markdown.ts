/** The reports of `rvr run` and `rvr cost` as Markdown, for job summaries. */
import { comparisonRows, notShown, verdict, type Comparison } from '../cost/comparison.ts'
import type { CostRun } from '../cost/cost.ts'
import { dumpsText, type Dumps, type DumpedRun } from './dumps.ts'
import type { ReportedArtifact, ReportedGuest, ReportedRun } from './json.ts'
import { code, codeBlock, markdownFacts, markdownTable } from '../form/markdown.ts'
import type { Breakdown } from '../cost/measurement.ts'
import { entryRows } from '../profiles/entries.ts'
import { chipRows } from '../segments/text.ts'
import { meteredFacts } from '../segments/facts.ts'
import { shortened } from '../form/table.ts'
import { outcomeText } from './text.ts'
import { count, durationText, grouped, hexText, sizeText } from '../form/units.ts'

type Fact = readonly [name: string, value: string]

const nameCell = (name: string): string => code(shortened(name))

/** How a trapped run came to its trap. */
function trapFacts({ trap }: ReportedRun): Fact[] {
  if (trap === undefined) return []
  const at = (pc: number, symbol = ''): string => code(`${hexText(pc)} ${shortened(symbol)}`.trimEnd())
  const callers = trap.backtrace.frames
    .slice(1, 1 + MOST_CALLS)
    .map(({ pc, symbol, found }, index): Fact => [
      index === 0 ? 'called from' : '',
      `${at(pc, symbol)}${found === 'stack' ? ' (found on the stack)' : ''}`,
    ])
  return [['at', `${at(trap.pc, trap.symbol)}: ${code(trap.instruction)}`], ['because', code(trap.message)], ...callers]
}
const MOST_CALLS = 16

function totals(run: ReportedRun): Fact[] {
  const facts = meteredFacts(run)
  const list: Fact[] = [['instructions', grouped(run.instret)]]
  if (run.cost !== undefined) list.push(['cost', `${grouped(run.cost)} trace cells`])
  if (facts !== undefined) {
    const number = facts.segments.length + (facts.openSegment === undefined ? 0 : 1)
    const memory = `peak memory ${sizeText(facts.peakMemoryBytes)} (estimate)`
    list.push(['segments', `${count(number, 'segment', 'segments')}, ${memory}`])
  }
  return list
}

type Named = Pick<ReportedGuest, 'path'>

const heading = ({ path }: Named, run: ReportedRun): string => `### ${code(path)}: ${outcomeText(run)}\n\n`
const shares = (rows: readonly (readonly string[])[]): string => markdownTable(rows, 'lrrr')

function profileMarkdown({ profile }: ReportedRun): string {
  if (profile === undefined) return ''
  const functions = entryRows('function', profile.functions, undefined, nameCell)
  return `${shares(functions)}${shares(entryRows('operation', profile.opcodes))}`
}

type DumpableRun = ReportedRun & DumpedRun

/** `rvr run --format markdown` */
export function runMarkdown(guest: Named, run: DumpableRun, artifact: ReportedArtifact, dumps?: Dumps): string {
  const facts = meteredFacts(run)
  const values = Buffer.from(run.publicValues).toString('hex')
  return [
    heading(guest, run),
    markdownFacts([
      ...trapFacts(run),
      ['mode', run.mode],
      ...totals(run),
      ...(values === '' ? [] : [['public values', code(values)] as const]),
      ['executed in', durationText(run.timing.executeMs)],
      ['cache', artifact.cache.outcome],
    ]),
    facts === undefined ? '' : shares(chipRows(facts.chips, run.cost ?? 0n)),
    profileMarkdown(run),
    dumps === undefined ? '' : codeBlock(dumpsText(run, dumps)),
  ].join('')
}

/** Rows of each breakdown. */
const breakdownRows: Readonly<Record<Breakdown, (run: CostRun, top: number) => string[][]>> = {
  chips: ({ metered }, top) => chipRows(meteredFacts(metered)!.chips, metered.cost!, top),
  functions: ({ profiled }, top) => entryRows('function', profiled!.profile!.functions, top, nameCell),
  opcodes: ({ profiled }, top) => entryRows('operation', profiled!.profile!.opcodes, top),
}

/** Of the breakdown `shown` the `top` dearest entries and greatest changes. */
export interface CostView {
  readonly shown: Breakdown
  readonly top: number
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

function comparisonMarkdown(comparison: Comparison, { shown, top }: CostView): string {
  const base = code(comparison.base)
  const omitted = notShown({ ...comparison, base }, shown, top)
  const judgement = verdict(comparison)
  return [
    `#### Compared with ${base}\n\n`,
    judgement === undefined ? '' : `**${judgement}**\n\n`,
    markdownTable(comparisonRows(comparison, shown, top, shown === 'functions' ? nameCell : undefined), 'lrrrr'),
    omitted === undefined ? '' : `${omitted}\n\n`,
  ].join('')
}
