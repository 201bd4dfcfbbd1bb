/** The report of `rvr profile` as Markdown: what matters first, for job summaries and comments on pull requests. */
import { percentCell } from '../form/change.ts'
import { code, markdownFacts, markdownTable } from '../form/markdown.ts'
import { shortened } from '../form/table.ts'
import { grouped } from '../form/units.ts'
import { heading, nameCell, trapFacts } from '../run/markdown-facts.ts'
import { baseName, changeRows, notShown, totalRows, verdict, type ProfileComparison } from './comparison.ts'
import { stepTable, tableOf, type ReportTable } from './rows.ts'
import type { ProfiledRun } from './text.ts'
import type { CellStyle, ProfileView } from './view.ts'

/** Deeper calls are not indented further. */
const DEEPEST = 12

const style: CellStyle = {
  text: nameCell,
  indent: depth => '&nbsp;&nbsp;'.repeat(Math.min(depth, DEEPEST)),
}

const tableMarkdown = ({ rows, align }: ReportTable): string => markdownTable(rows, align)

/** Blank lines around it, without which it would be no Markdown any more. */
const details = (title: string, body: string): string => `<details><summary>${title}</summary>\n\n${body}</details>\n\n`

const titles: Readonly<Record<ProfileView['by'], string>> = {
  function: 'By function',
  line: 'By line',
  instruction: 'By instruction',
  step: 'By step',
  call: 'By call',
}

/** `rvr profile --format markdown` */
export function profileMarkdown(
  { guest, run, profile }: ProfiledRun,
  comparison: ProfileComparison | undefined,
  view: ProfileView,
): string {
  const { cells, instructions } = profile.totals
  const trapped = trapFacts(run)
  const breakdown = tableMarkdown(tableOf[view.by](profile, view, style))
  const isSplit = profile.steps.length > 1 && view.by !== 'step'
  return [
    heading(guest, run),
    trapped.length === 0 ? '' : markdownFacts(trapped),
    comparison === undefined
      ? `**${grouped(cells)} trace cells**, ${grouped(instructions)} instructions\n\n`
      : comparisonMarkdown(comparison, view.top),
    comparison === undefined ? breakdown : details(titles[view.by], breakdown),
    isSplit ? details(titles.step, tableMarkdown(stepTable(profile, view, style))) : '',
    profile.warnings.length === 0 ? '' : details('Warnings', warningList(profile.warnings)),
  ].join('')
}

const warningList = (warnings: readonly string[]): string => `${warnings.map(text => `- ${code(text)}\n`).join('')}\n`

function comparisonMarkdown(comparison: ProfileComparison, top: number): string {
  const { cells, instructions, unit, by, changes } = comparison
  const judgement = verdict(comparison)
  const omitted = notShown(comparison, top)
  const summary = [
    `**${grouped(cells.now)} trace cells (${percentCell(cells)})**`,
    `${grouped(instructions.now)} instructions (${percentCell(instructions)})`,
    `compared with ${baseName(comparison, code(comparison.base))}`,
  ].join(', ')
  const head = [`${unit} by ${by}`, 'base', 'now', 'change', '']
  const rows = changeRows(comparison, top, name => code(shortened(name)))
  return [
    `${summary}\n\n`,
    judgement === undefined ? '' : `**${judgement}**\n\n`,
    changes.length === 0 ? `No ${by} changed.\n\n` : markdownTable([head, ...rows], 'lrrrr'),
    omitted === undefined ? '' : `${omitted}\n\n`,
    details('Totals', markdownTable(totalRows(comparison), 'lrrrr')),
  ].join('')
}
