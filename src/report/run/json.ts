/** A run as a JSON object; docs/json.md is its description. */
import { hexText, wordText } from '../../hex.ts'
import type { EngineName } from '../../run/home.ts'
import type { Run } from '../../sdk/contract.ts'
import type { TrapReport } from '../../sdk/trap-report.ts'
import type { ReportedArtifact } from '../compile/artifact.ts'
import { registersJson } from './registers.ts'
import { profileJson } from '../profiles/entries.ts'
import { meteredJson } from '../segments/facts.ts'
import { jsonInteger, milliseconds } from '../form/json.ts'
import { unknownNote } from './unknown-word.ts'

/** What a report needs to know of a run. */
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
  Partial<
    Pick<Run, 'savedByAutoprecompiles' | 'unknownWord' | 'engine' | 'interpreted' | 'interpretedNatively' | 'executed'>
  >

function trapJson(trap: TrapReport) {
  const { kind, pc, symbol, mangled, address, item, instruction, message, instret, backtrace, registers } = trap
  return {
    kind,
    pc: hexText(pc),
    symbol,
    mangled,
    address: address === undefined ? undefined : hexText(address),
    item,
    instruction,
    message,
    instret: jsonInteger(instret),
    backtrace: backtrace.frames.map(frame => ({ ...frame, pc: hexText(frame.pc) })),
    backtraceCut: backtrace.isCut || undefined,
    registers: registersJson(registers),
  }
}

/** What the run ended in. The artifact may have become native code after that. */
export const engineOf = (run: ReportedRun, artifact: ReportedArtifact): EngineName => run.engine ?? artifact.engine

/** What each engine executed, where the run went from one to another. */
export interface TierCounts {
  /** The reference interpreter. */
  readonly interpreted: bigint
  /** The native interpreter. */
  readonly interpretedNatively: bigint
}

/** Undefined where one engine executed all of it. */
export function tierCounts(run: ReportedRun): TierCounts | undefined {
  const { engine, interpreted = 0n, interpretedNatively = 0n } = run
  const slower = engine === 'native' ? interpreted + interpretedNatively : interpreted
  return engine === undefined || engine === 'interp' || slower === 0n ? undefined : { interpreted, interpretedNatively }
}

/** A count above 0. */
const countJson = (count: bigint | undefined) => (count === undefined || count === 0n ? undefined : jsonInteger(count))

/** Is it one stretch of several? */
export const isResumed = (run: ReportedRun): run is ReportedRun & { readonly executed: bigint } =>
  run.executed !== undefined && run.executed !== run.instret

function unknownWordJson({ unknownWord, pc, machine }: ReportedRun) {
  if (unknownWord === undefined) return undefined
  return { word: wordText(unknownWord), pc: hexText(pc), note: unknownNote(unknownWord, pc, machine.xlen) }
}

/** The object of `rvr run --json`. Keys that do not apply are undefined, and absent in the text of it. */
export function runJson(run: ReportedRun, artifact: ReportedArtifact) {
  const { outcome, exitCode, mode, instret, publicValues, cost, trap, stopCause, pc } = run
  const tiers = tierCounts(run)
  return {
    outcome,
    exitCode,
    mode,
    engine: engineOf(run, artifact),
    instret: jsonInteger(instret),
    interpreted: countJson(tiers?.interpreted),
    interpretedNatively: countJson(tiers?.interpretedNatively),
    executed: isResumed(run) ? jsonInteger(run.executed) : undefined,
    unknownWord: unknownWordJson(run),
    publicValues: Buffer.from(publicValues).toString('hex'),
    cost: cost === undefined ? undefined : jsonInteger(cost),
    savedByAutoprecompiles: run.savedByAutoprecompiles,
    ...meteredJson(run),
    ...profileJson(run),
    trap: trap && trapJson(trap),
    stop: stopCause && { cause: stopCause, pc: hexText(pc) },
    cache: artifact.cache,
    timing: milliseconds({ ...artifact.timing, ...run.timing }),
  }
}
