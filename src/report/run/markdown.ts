/** The report of `rvr run` as Markdown, for job summaries. */
import type { ReportedArtifact } from '../compile/artifact.ts'
import { code, codeBlock, markdownFacts, markdownTable } from '../form/markdown.ts'
import { durationText } from '../form/units.ts'
import { entryRows } from '../profiles/entries.ts'
import { meteredFacts, type MeteredFacts } from '../segments/facts.ts'
import { chipRows, segmentRows, segmentsRemark, SEGMENT_COLUMNS } from '../segments/text.ts'
import { dumpsText, type DumpedRun, type Dumps } from './dumps.ts'
import type { ReportedRun } from './json.ts'
import { heading, nameCell, shares, totals, trapFacts, type Named } from './markdown-facts.ts'

function profileMarkdown({ profile }: ReportedRun): string {
  if (profile === undefined) return ''
  const functions = entryRows('function', profile.functions, undefined, nameCell)
  return `${shares(functions)}${shares(entryRows('operation', profile.opcodes))}`
}

/** The tables of chips and of segments. */
function meteredMarkdown(facts: MeteredFacts, cost = 0n): string {
  const segments = markdownTable(segmentRows(facts), SEGMENT_COLUMNS)
  const remark = segmentsRemark(facts)
  return `${shares(chipRows(facts.chips, cost))}${segments}${remark === undefined ? '' : `${remark}\n\n`}`
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
    facts === undefined ? '' : meteredMarkdown(facts, run.cost),
    profileMarkdown(run),
    dumps === undefined ? '' : codeBlock(dumpsText(run, dumps)),
  ].join('')
}
