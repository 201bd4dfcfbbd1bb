/** The report of `rvr profile` as text. */
import type { GuestProfile } from '../../guest-profile/guest-profile.ts'
import { stepCosts, stepName } from '../../guest-profile/views/steps.ts'
import { line, shortened, table } from '../form/table.ts'
import { count, grouped } from '../form/units.ts'
import type { ReportedGuest } from '../compile/artifact.ts'
import type { ReportedRun } from '../run/json.ts'
import { measuredEnd } from '../run/text.ts'
import { functionTable, tableOf, type ReportTable } from './rows.ts'
import type { CellStyle, ProfileView } from './view.ts'

/** A run and its profile. */
export interface ProfiledRun {
  readonly guest: ReportedGuest
  readonly run: ReportedRun
  readonly profile: GuestProfile
}

/** Deeper calls are not indented further. */
const DEEPEST = 20
/** A function's name, of which there may be two columns beside numbers. */
const NAME_COLUMNS = 56

const style: CellStyle = {
  text: text => shortened(text, NAME_COLUMNS),
  indent: depth => (depth > DEEPEST ? `${'  '.repeat(DEEPEST)}(${depth}) ` : '  '.repeat(depth)),
}

const tableText = ({ rows, align }: ReportTable, indent = '  '): string => table(rows, align, indent)

/** Below the table of steps, the functions of each, with shares of that step. */
function stepsText(profile: GuestProfile, view: ProfileView): string {
  return stepCosts(profile)
    .filter(({ self }) => self.instructions > 0)
    .map(({ step }) => {
      const name = shortened(stepName(profile.steps[step]!))
      return `${name}\n${tableText(functionTable(profile, { ...view, step }, style))}`
    })
    .join('')
}

/** What was shown of one step alone. */
function stepLine(profile: GuestProfile, step: number | undefined): string {
  if (step === undefined) return ''
  const { instructions, cells } = stepCosts(profile)[step]!.self
  const name = stepName(profile.steps[step]!)
  return line('step', `${shortened(name)}: ${grouped(cells)} trace cells, ${grouped(instructions)} instructions`)
}

/** The text of `rvr profile`, the comparison excepted. */
export function profileText({ guest, run, profile }: ProfiledRun, view: ProfileView): string {
  const { totals, steps, memory } = profile
  return [
    line('guest', guest.path),
    measuredEnd(run, 'profile'),
    line('cost', `${grouped(totals.cells)} trace cells`),
    memory === undefined ? '' : line('memory tables', `${grouped(memory)} trace cells more`),
    line('instructions', grouped(totals.instructions)),
    steps.length < 2 ? '' : line('steps', count(steps.length, 'step', 'steps')),
    stepLine(profile, view.step),
    tableText(tableOf[view.by](profile, view, style)),
    view.by === 'step' ? stepsText(profile, view) : '',
  ].join('')
}
