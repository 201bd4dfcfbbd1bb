/** A run as text for people. */
import { hexText } from '../../hex.ts'
import type { TrapReport } from '../../sdk/trap-report.ts'
import type { StopCause } from '../../run/job.ts'
import { registersText } from './registers.ts'
import { madeByText, timingText, type ReportedArtifact } from '../compile/artifact.ts'
import { engineOf, isResumed, tierCounts, type ReportedRun } from './json.ts'
import { profileText } from '../profiles/entries.ts'
import { meteredText } from '../segments/text.ts'
import { unknownNote } from './unknown-word.ts'
import { line, shortened } from '../form/table.ts'
import { count, durationText, grouped, rateText } from '../form/units.ts'

const STOPS: Readonly<Record<StopCause, string>> = {
  instructions: 'at the instruction limit',
  cost: 'at the cost limit',
  segment: 'at the end of a segment',
  memory: 'at the limit of what its mode may collect',
  pull: 'where it pulls an item that its host has to provide',
  timeout: 'at the time limit',
  request: 'on request',
  abort: 'on request',
  difference: 'at a call whose C is wrong',
  breakpoint: 'at a breakpoint',
  watchpoint: 'at a watched access',
}

/** `0x200804 (name)` */
function placeText(pc: number, symbol: string | undefined): string {
  return symbol === undefined ? hexText(pc) : `${hexText(pc)} (${shortened(symbol)})`
}

function trapText(trap: TrapReport): string {
  return [
    line('trapped', trap.kind),
    line('at', `${placeText(trap.pc, trap.symbol)}: ${trap.instruction}`),
    line('because', trap.message),
    sourceText(trap),
    backtraceText(trap),
    registersText(trap.registers),
  ].join('')
}

/** Where the instruction comes from, where that is known. */
function sourceText({ backtrace: { frames } }: TrapReport): string {
  const { source, inlined = [] } = frames[0] ?? {}
  const calls = inlined.map(({ symbol, calledAt }) =>
    line('inlined', calledAt === undefined ? shortened(symbol) : `${shortened(symbol)}, called at ${calledAt}`),
  )
  return source === undefined ? '' : [line('source', source), ...calls].join('')
}

/** Rows of a backtrace; JSON has all. */
const MOST_CALLS = 16

/**
 * The frame of the trap itself stands above already. A question mark: what was found may be left over from an earlier
 * call.
 */
function backtraceText({ backtrace: { frames, isCut } }: TrapReport): string {
  const rows: { text: string; times: number }[] = []
  for (const { pc, symbol, found, source } of frames.slice(1)) {
    const place = source === undefined ? placeText(pc, symbol) : `${placeText(pc, symbol)} at ${source}`
    const text = `${place}${found === 'stack' ? ' ? found on the stack' : ''}`
    const last = rows.at(-1)
    if (last?.text === text) last.times++
    else rows.push({ text, times: 1 })
  }
  const shown = rows.slice(0, MOST_CALLS).map(({ text, times }) => (times === 1 ? text : `${text}, ${times} times`))
  const more = isCut || rows.length > MOST_CALLS ? ['…'] : []
  return [...shown, ...more].map((row, index) => line(index === 0 ? 'called from' : '', row)).join('')
}

/** How a run ended, in a few words. */
export function outcomeText(run: Pick<ReportedRun, 'outcome' | 'exitCode' | 'trap' | 'stopCause'>): string {
  switch (run.outcome) {
    case 'terminated':
      return `terminated, exit code ${run.exitCode}`
    case 'suspended':
      return `suspended ${STOPS[run.stopCause!]}`
    case 'trapped':
      return `trapped, ${run.trap!.kind}`
  }
}

/** How a run ended that was measured, in one row; `what` is what follows of one that did not come to its end. */
export function measuredEnd({ outcome, exitCode, trap }: ReportedRun, what: string): string {
  if (trap !== undefined) return line(outcome, `${trap.kind}: ${trap.message}`)
  return line(
    outcome,
    exitCode === undefined ? `by a limit: what follows is the ${what} up to there` : `exit code ${exitCode}`,
  )
}

/** What a resumed run has executed since then: its rate counts nothing else. */
function stretchText(run: ReportedRun): string {
  return isResumed(run) ? ` for the ${grouped(run.executed)} instructions since it was resumed` : ''
}

/** How a run ended, in rows. */
function endText(run: ReportedRun): string {
  const { outcome, exitCode, unknownWord, stopCause, trap, pc, machine } = run
  return [
    outcome === 'terminated' ? line('terminated', `exit code ${exitCode}`) : '',
    unknownWord === undefined ? '' : line('note', unknownNote(unknownWord, pc, machine.xlen)),
    outcome === 'suspended' ? line('suspended', `${STOPS[stopCause!]}, next instruction at ${hexText(pc)}`) : '',
    trap === undefined ? '' : trapText(trap),
  ].join('')
}

/** How long it ran, and how fast. */
function executedText(run: ReportedRun): string {
  const { executeMs } = run.timing
  const rate = rateText(run.executed ?? run.instret, executeMs)
  return `${durationText(executeMs)}${stretchText(run)} (${rate})`
}

function madeReadyText(artifact: ReportedArtifact): string {
  const built = timingText(artifact)
  return `cache ${artifact.cache.outcome}${madeByText(artifact)}${built === '' ? '' : `; ${built}`}`
}

/** What slower engines executed before the last one was there. */
function slowerText(run: ReportedRun): string {
  const tiers = tierCounts(run)
  if (tiers === undefined) return ''
  const { interpreted, interpretedNatively } = tiers
  const parts = [
    interpreted === 0n ? '' : `the first ${grouped(interpreted)} interpreted`,
    interpretedNatively === 0n || run.engine !== 'native' ? '' : `${grouped(interpretedNatively)} interpreted natively`,
  ]
  return parts
    .filter(part => part !== '')
    .map(part => `, ${part}`)
    .join('')
}

/** Against the machine without autoprecompiles. */
export function savedText({ savedByAutoprecompiles: saved }: Pick<ReportedRun, 'savedByAutoprecompiles'>): string {
  if (saved === undefined) return ''
  const { executions, rows, cells } = saved
  return line(
    'saved',
    `${grouped(cells)} trace cells and ${count(rows, 'row', 'rows')} by ${grouped(executions)} rows of autoprecompiles`,
  )
}

const ENGINES = { native: '', 'native-interp': ', interpreted natively', interp: ', interpreted' } as const

/** The text of `rvr run`. */
export function runText(run: ReportedRun, artifact: ReportedArtifact): string {
  const { mode, instret, cost, publicValues } = run
  return [
    endText(run),
    line('mode', `${mode}${ENGINES[engineOf(run, artifact)]}`),
    line('instructions', `${grouped(instret)}${slowerText(run)}`),
    cost === undefined ? '' : line('cost', `${grouped(cost)} trace cells`),
    savedText(run),
    publicValues.length === 0 ? '' : line('public values', Buffer.from(publicValues).toString('hex')),
    line('executed in', executedText(run)),
    line('made ready', madeReadyText(artifact)),
    meteredText(run),
    profileText(run),
  ].join('')
}
