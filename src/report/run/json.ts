/** Results of commands as JSON objects; docs/json.md is their description. */
import type { Artifact } from '../../sdk/artifact.ts'
import type { Guest } from '../../sdk/guest.ts'
import type { Run, TrapReport } from '../../sdk/contract.ts'
import { registersJson } from './registers.ts'
import { profileJson } from '../profiles/entries.ts'
import { meteredJson } from '../segments/facts.ts'
import { hexText } from '../form/units.ts'
import { unknownNote, wordText } from './unknown-word.ts'

/** What a report needs to know of a run, an artifact and a guest. */
export type ReportedRun = Pick<
  Run,
  | 'outcome'
  | 'exitCode'
  | 'stopCause'
  | 'trap'
  | 'mode'
  | 'instret'
  | 'cost'
  | 'publicValues'
  | 'pc'
  | 'timing'
  | 'machine'
  | 'segments'
  | 'openSegment'
  | 'profile'
> &
  Partial<Pick<Run, 'unknownWord' | 'engine' | 'interpreted' | 'executed'>>
export type ReportedArtifact = Pick<Artifact, 'mode' | 'engine' | 'cache' | 'timing'>
export type ReportedGuest = Pick<Guest, 'path' | 'digest'>

/** An integer as JSON has it: a number up to 2^53 − 1, a decimal string beyond. */
export function jsonInteger(value: bigint): number | string {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString()
}

const milliseconds = (timing: object): Record<string, number> =>
  Object.fromEntries(
    Object.entries(timing)
      .filter(([, ms]) => ms !== undefined)
      .map(([name, ms]) => [name, Math.round(Number(ms) * 1000) / 1000]),
  )

function trapJson(trap: TrapReport) {
  return {
    kind: trap.kind,
    pc: hexText(trap.pc),
    ...(trap.symbol !== undefined && { symbol: trap.symbol }),
    ...(trap.mangled !== undefined && { mangled: trap.mangled }),
    ...(trap.address !== undefined && { address: hexText(trap.address) }),
    instruction: trap.instruction,
    message: trap.message,
    instret: jsonInteger(trap.instret),
    backtrace: trap.backtrace.frames.map(frame => ({ ...frame, pc: hexText(frame.pc) })),
    ...(trap.backtrace.isCut && { backtraceCut: true }),
    registers: registersJson(trap.registers),
  }
}

/** What the run ended in. The artifact may have become native code after that. */
export const engineOf = (run: ReportedRun, artifact: ReportedArtifact): 'native' | 'interp' =>
  run.engine ?? artifact.engine

/** Did the run begin in the interpreter and go on in native code? */
export const hasMoved = (run: ReportedRun): run is ReportedRun & { readonly interpreted: bigint } =>
  run.engine === 'native' && run.interpreted !== undefined && run.interpreted > 0n

/** Is it one stretch of several? */
export const isResumed = (run: ReportedRun): run is ReportedRun & { readonly executed: bigint } =>
  run.executed !== undefined && run.executed !== run.instret

/** The object of `rvr run --json`. Keys that do not apply are absent. */
export function runJson(run: ReportedRun, artifact: ReportedArtifact) {
  return {
    outcome: run.outcome,
    ...(run.exitCode !== undefined && { exitCode: run.exitCode }),
    mode: run.mode,
    engine: engineOf(run, artifact),
    instret: jsonInteger(run.instret),
    ...(hasMoved(run) && { interpreted: jsonInteger(run.interpreted) }),
    ...(isResumed(run) && { executed: jsonInteger(run.executed) }),
    ...(run.unknownWord !== undefined && {
      unknownWord: { word: wordText(run.unknownWord), pc: hexText(run.pc), note: unknownNote(run.unknownWord, run.pc) },
    }),
    publicValues: Buffer.from(run.publicValues).toString('hex'),
    ...(run.cost !== undefined && { cost: jsonInteger(run.cost) }),
    ...meteredJson(run),
    ...profileJson(run),
    ...(run.trap !== undefined && { trap: trapJson(run.trap) }),
    ...(run.stopCause !== undefined && { stop: { cause: run.stopCause, pc: hexText(run.pc) } }),
    cache: artifact.cache,
    timing: milliseconds({ ...artifact.timing, ...run.timing }),
  }
}

/** The object of `rvr compile --json`. */
export function compileJson(path: string, guest: ReportedGuest, artifact: ReportedArtifact) {
  return {
    artifact: path,
    mode: artifact.mode,
    guest: { path: guest.path, digest: guest.digest },
    cache: artifact.cache,
    timing: milliseconds(artifact.timing),
  }
}
