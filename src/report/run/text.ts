/** Results of commands as text for people. */
import type { TrapReport } from '../../sdk/contract.ts'
import type { StopCause } from '../../run/job.ts'
import { registersText } from './registers.ts'
import { engineOf, hasMoved, isResumed, type ReportedArtifact, type ReportedRun } from './json.ts'
import { profileText } from '../profiles/entries.ts'
import { meteredText } from '../segments/text.ts'
import { unknownNote } from './unknown-word.ts'
import { line, shortened } from '../form/table.ts'
import { durationText, grouped, hexText, rateText } from '../form/units.ts'

const STOPS: Readonly<Record<StopCause, string>> = {
  instructions: 'at the instruction limit',
  cost: 'at the cost limit',
  segment: 'at the end of a segment',
  timeout: 'at the time limit',
  request: 'on request',
  abort: 'on request',
  difference: 'at a call whose C is wrong',
}

function trapText(trap: TrapReport): string {
  const rows = [
    line('trapped', trap.kind),
    line(
      'at',
      `${hexText(trap.pc)}${trap.symbol === undefined ? '' : ` (${shortened(trap.symbol)})`}: ${trap.instruction}`,
    ),
    line('because', trap.message),
  ]
  rows.push(backtraceText(trap))
  rows.push(registersText(trap.registers))
  return rows.join('')
}

/** Rows of a backtrace; JSON has all. */
const MOST_CALLS = 16

/**
 * The frame of the trap itself stands above already. A question mark: what was found may be left over from an earlier
 * call.
 */
function backtraceText({ backtrace: { frames, isCut } }: TrapReport): string {
  const rows: { text: string; times: number }[] = []
  for (const { pc, symbol, found } of frames.slice(1)) {
    const text = `${hexText(pc)}${symbol === undefined ? '' : ` (${shortened(symbol)})`}${found === 'stack' ? ' ? found on the stack' : ''}`
    const last = rows.at(-1)
    if (last?.text === text) last.times++
    else rows.push({ text, times: 1 })
  }
  const shown = rows.slice(0, MOST_CALLS).map(({ text, times }) => (times === 1 ? text : `${text}, ${times} times`))
  const more = isCut || rows.length > MOST_CALLS ? ['…'] : []
  return [...shown, ...more].map((row, index) => line(index === 0 ? 'called from' : '', row)).join('')
}

function timingText({ timing }: ReportedArtifact): string {
  const stages = [
    ['lift', timing.liftMs],
    ['codegen', timing.codegenMs],
    ['compile', timing.compileMs],
    ['load', timing.loadMs],
  ] as const
  return stages
    .filter(([, ms]) => ms !== undefined)
    .map(([name, ms]) => `${name} ${durationText(ms!)}`)
    .join(', ')
}

/** Whose work a hit is where nothing can compile. */
const madeByText = ({ cache: { toolchain } }: ReportedArtifact): string =>
  toolchain === undefined ? '' : ` (nothing here can compile: by its manifest made by ${toolchain.version})`

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

/** What a resumed run has executed since then: its rate counts nothing else. */
function stretchText(run: ReportedRun): string {
  return isResumed(run) ? ` for the ${grouped(run.executed)} instructions since it was resumed` : ''
}

/** The text of `rvr run`. */
export function runText(run: ReportedRun, artifact: ReportedArtifact): string {
  const built = timingText(artifact)
  return [
    run.outcome === 'terminated' ? line('terminated', `exit code ${run.exitCode}`) : '',
    run.unknownWord === undefined ? '' : line('note', unknownNote(run.unknownWord, run.pc)),
    run.outcome === 'suspended'
      ? line('suspended', `${STOPS[run.stopCause!]}, next instruction at ${hexText(run.pc)}`)
      : '',
    run.trap === undefined ? '' : trapText(run.trap),
    line('mode', `${run.mode}${engineOf(run, artifact) === 'interp' ? ', interpreted' : ''}`),
    line(
      'instructions',
      `${grouped(run.instret)}${hasMoved(run) ? `, the first ${grouped(run.interpreted)} interpreted` : ''}`,
    ),
    run.cost === undefined ? '' : line('cost', `${grouped(run.cost)} trace cells`),
    run.publicValues.length === 0 ? '' : line('public values', Buffer.from(run.publicValues).toString('hex')),
    line(
      'executed in',
      `${durationText(run.timing.executeMs)}${stretchText(run)} (${rateText(run.executed ?? run.instret, run.timing.executeMs)})`,
    ),
    line('made ready', `cache ${artifact.cache.outcome}${madeByText(artifact)}${built === '' ? '' : `; ${built}`}`),
    meteredText(run),
    profileText(run),
  ].join('')
}

/** The text of `rvr compile`. */
export function compileText(path: string, artifact: ReportedArtifact): string {
  return [
    line('library', path),
    line('mode', artifact.mode),
    line(
      'cache',
      `${artifact.cache.outcome}${madeByText(artifact)}${artifact.cache.key === undefined ? '' : ` ${artifact.cache.key}`}`,
    ),
    ...(artifact.cache.objects === undefined
      ? []
      : [
          line(
            'objects',
            `${artifact.cache.objects.reused} from the cache, ${artifact.cache.objects.compiled} compiled`,
          ),
        ]),
    line('time', timingText(artifact)),
  ].join('')
}
