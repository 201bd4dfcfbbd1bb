/** The reports of `rvr run` and `rvr cost` as Markdown, for job summaries. */
import { comparisonRows, notShown, verdict, type Comparison } from './comparison.ts'
import type { CostRun } from './cost.ts'
import { dumpsText, type Dumps, type DumpedRun } from './dumps.ts'
import type { ReportedArtifact, ReportedGuest, ReportedRun } from './json.ts'
import { code, codeBlock, markdownFacts, markdownTable } from './markdown.ts'
import type { Breakdown } from './measurement.ts'
import { entryRows } from './profile.ts'
import { chipRows } from './segments-text.ts'
import { meteredFacts } from './segments.ts'
import { shortened } from './table.ts'
import { outcomeText } from './text.ts'
import { count, durationText, grouped, hexText, sizeText } from './units.ts'

type Fact = readonly [name: string, value: string]

const nameCell = (name: string): string => code(shortened(name))

/** How a trapped run came to its trap. */
function trapFacts({ trap }: ReportedRun): Fact[] {
  if (trap === undefined) return []
  const at = (pc: number, symbol: string | undefined): string => code(`${hexText(pc)}${symbol === undefined ? '' : ` ${shortened(symbol)}`}`)
  const callers = trap.backtrace.frames.slice(1).map(({ pc, symbol, found }, index): Fact => [index === 0 ? 'called from' : '', `${at(pc, symbol)}${found === 'stack' ? ' (found on the stack)' : ''}`])
  return [['at', `${at(trap.pc, trap.symbol)}: ${code(trap.instruction)}`], ['because', code(trap.message)], ...callers.slice(0, MOST_CALLS)]
}
const MOST_CALLS = 16

function totals(run: ReportedRun): Fact[] {
  const facts = meteredFacts(run)
  const number = facts === undefined ? 0 : facts.segments.length + (facts.openSegment === undefined ? 0 : 1)
  return [
    ['instructions', grouped(run.instret)],
    ...(run.cost === undefined ? [] : [['cost', `${grouped(run.cost)} trace cells`] as const]),
    ...(facts === undefined ? [] : [['segments', `${count(number, 'segment', 'segments')}, peak memory ${sizeText(facts.peakMemoryBytes)} (estimate)`] as const]),
  ]
}

const heading = (guest: Pick<ReportedGuest, 'path'>, run: ReportedRun): string => `### ${code(guest.path)}: ${outcomeText(run)}\n\n`

/** `rvr run --format markdown` */
export function runMarkdown(guest: Pick<ReportedGuest, 'path'>, run: ReportedRun & DumpedRun, artifact: ReportedArtifact, dumps?: Dumps): string {
  const facts = meteredFacts(run), { profile } = run
  return [
    heading(guest, run),
    markdownFacts([
      ...trapFacts(run), ['mode', run.mode], ...totals(run),
      ...(run.publicValues.length === 0 ? [] : [['public values', code(Buffer.from(run.publicValues).toString('hex'))] as const]),
      ['executed in', durationText(run.timing.executeMs)], ['cache', artifact.cache.outcome],
    ]),
    facts === undefined ? '' : markdownTable(chipRows(facts.chips, run.cost ?? 0n), 'lrrr'),
    profile === undefined ? '' : `${markdownTable(entryRows('function', profile.functions, undefined, nameCell), 'lrrr')}${markdownTable(entryRows('operation', profile.opcodes), 'lrrr')}`,
    dumps === undefined ? '' : codeBlock(dumpsText(run, dumps)),
  ].join('')
}

/** `rvr cost --format markdown`; of the breakdown `shown` the `top` dearest entries and greatest changes. */
export function costMarkdown({ guest, metered, profiled }: CostRun, comparison: Comparison | undefined, shown: Breakdown, top: number): string {
  const breakdown = shown === 'chips' ? chipRows(meteredFacts(metered)!.chips, metered.cost!, top)
    : shown === 'functions' ? entryRows('function', profiled!.profile!.functions, top, nameCell) : entryRows('operation', profiled!.profile!.opcodes, top)
  return [
    heading(guest, metered), markdownFacts([...trapFacts(metered), ...totals(metered)]), markdownTable(breakdown, 'lrrr'),
    comparison === undefined ? '' : comparisonMarkdown(comparison, shown, top),
  ].join('')
}

function comparisonMarkdown(comparison: Comparison, shown: Breakdown, top: number): string {
  const omitted = notShown(comparison, shown, top), judgement = verdict(comparison)
  const sentence = (text: string | undefined): string => (text === undefined ? '' : `${text}\n\n`)
  return [
    `#### Compared with ${code(comparison.base)}\n\n`, sentence(judgement === undefined ? undefined : `**${judgement}**`),
    markdownTable(comparisonRows(comparison, shown, top, shown === 'functions' ? nameCell : undefined), 'lrrrr'), sentence(omitted === undefined ? undefined : omitted.replace(comparison.base, () => code(comparison.base))),
  ].join('')
}
