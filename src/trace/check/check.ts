/** The mock prover: is what a segment's tables say true? */
import { coreThreads } from '../../load/threads.ts'
import type { SegmentTables } from '../segment.ts'
import type { TracedGuest } from '../steps.ts'
import { checkBuses } from './buses.ts'
import { checkCells } from './cells.ts'
import type { Checking } from './checking.ts'
import { checkConstraints } from './constraints.ts'
import type { SegmentCheck } from './failure.ts'
import { Findings } from './findings.ts'
import type { CheckLibrary } from './native/library.ts'
import { checkRowsNatively } from './native/rows.ts'
import { ownOrigin, type OriginOf } from './places.ts'
import { checkHandedOn, checkPublics, type SegmentPublics } from './publics.ts'
import { checkShapes } from './shapes.ts'
import { Turns } from './turns.ts'

export interface CheckSegment {
  readonly guest: TracedGuest
  /** The segment in front of it, where there is one. */
  readonly before?: SegmentPublics | undefined
  /** Where rows come from; default: what the matrices know of it. */
  readonly originOf?: OriginOf | undefined
  /** Checks rows and messages; without it, JavaScript does, which takes a thousand times as long. */
  readonly native?: CheckLibrary | undefined
  /** Of native code; default: one for each core. */
  readonly threads?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Checks all rows and messages of a segment, its public values, and that it begins where the segment before ended. The
 * tables have to stay as they are meanwhile.
 *
 * @throws RvrError `ABORTED`, `INTERNAL`
 */
export async function checkSegment(segment: SegmentTables, options: CheckSegment): Promise<SegmentCheck> {
  const { guest, before, originOf = ownOrigin, native, threads = coreThreads(), signal } = options
  const findings = new Findings()
  const turns = new Turns(signal)
  const checking = { findings, turns, explaining: { guest, originOf } }
  await turns.take()
  checkShapes(segment, findings)
  // Rows of tables that have no shape mean nothing.
  if (findings.count > 0) return report(findings, 0, 0)
  checkPublics(segment, findings)
  if (findings.count > 0) return report(findings, 0, 0)
  const messages =
    native === undefined
      ? await checkAllRows(segment, checking)
      : await checkRowsNatively(segment, { library: native, threads, signal }, checking)
  if (messages === undefined) return report(findings, 0, 0)
  if (before !== undefined) checkHandedOn(before, segment, findings)
  const rows = segment.tables.reduce((sum, { height }) => sum + height, 0)
  return report(findings, rows, messages)
}

/** Returns how many messages there were; undefined where cells are no field elements, so that rows mean nothing. */
async function checkAllRows(segment: SegmentTables, checking: Checking): Promise<number | undefined> {
  for (const matrix of segment.tables) await checkCells(matrix, checking)
  if (checking.findings.count > 0) return undefined
  for (const matrix of segment.tables)
    await checkConstraints({ matrix, publics: segment.publics.get(matrix.air) ?? [] }, checking)
  return checkBuses(segment, checking)
}

async function report(findings: Findings, rows: number, messages: number): Promise<SegmentCheck> {
  const { count } = findings
  return { passed: count === 0, failures: await findings.described(), failureCount: count, rows, messages }
}
