/** Which segments of a run are traced, and which of them cannot be. */
import { isReplayed, type Air, type AirSet } from '../../air/air.ts'
import { RvrError } from '../../errors.ts'
import { paddedHeight } from '../../machine/limits.ts'
import type { GuestAbi } from '../../extensions/abi.ts'
import type { Machine } from '../../machine/machine.ts'
import { MOST_ROWS } from '../../trace/matrix.ts'
import type { Standing } from '../../trace/steps.ts'
import { unprovable } from '../../trace/unprovable.ts'
import type { RunOrigin } from '../contract.ts'
import type { PlannedSegment } from './filler.ts'

const CELL_BYTES = 4

/** What traces are made of: a run that mode metered has cut into segments. */
export interface RunPlan {
  readonly machine: Machine
  readonly abi: GuestAbi
  /** The open one of a suspended run included. */
  readonly segments: readonly Omit<PlannedSegment, 'index'>[]
  /** Why the last segment cannot be proved. */
  readonly trap: { readonly pc: number; readonly instret: bigint; readonly message: string } | undefined
  /** How the run was started; undefined where that is not known. */
  readonly origin: RunOrigin | undefined
  /** The guest where a segment starts. It is no run any more: it goes on with the trace. */
  start(index: number, signal: AbortSignal | undefined): Promise<Disposable & { readonly standing: Standing }>
}

/** Bytes that the tables take, by what mode metered has predicted; too much is refused before anything is taken. */
export function checkSize({ index, heights }: PlannedSegment, set: AirSet, machine: Machine, limit: number): void {
  const heightOf = (air: Air): number =>
    typeof air.height === 'number'
      ? air.height
      : paddedHeight(heights[machine.chips.findIndex(each => each.name === air.name)] ?? 0)
  let bytes = 0
  for (const air of set.airs) {
    const height = heightOf(air)
    // Of memory this is a bound; what is too high there is found when it is hashed.
    if (height > MOST_ROWS && isReplayed(air))
      throw new RvrError('UNPROVABLE', `segment ${index} needs ${height} rows of ${air.name}`, {
        hint: `A table has ${MOST_ROWS} rows at most: cut smaller segments.`,
        details: { segment: index, chip: air.name, height, reason: 'height' },
      })
    bytes += height * air.columns.length * CELL_BYTES
  }
  if (bytes > limit)
    throw new RvrError('USAGE', `the tables of segment ${index} take ${bytes} bytes, and ${limit} are allowed`, {
      hint: 'Cut smaller segments with a lower maxTraceHeight, or raise maxMemoryBytes.',
      details: { segment: index, bytes, limit },
    })
}

/** Nothing proves a guest that traps: there is no end that its last segment could have. */
export function refuseTrap({ trap }: RunPlan): void {
  if (trap === undefined) return
  throw unprovable(`it traps: ${trap.message}`, { pc: trap.pc, instret: Number(trap.instret) })
}

/** Segments of the plan that are asked for. @throws RvrError `USAGE` */
export function chosen(plan: RunPlan, segment: number | undefined): readonly PlannedSegment[] {
  const all = plan.segments.map((each, index) => ({ ...each, index }))
  if (all.length === 0)
    throw new RvrError('USAGE', 'this run has no segments to trace', {
      hint: 'Only runs in mode metered have segments.',
    })
  if (segment === undefined) return all
  const found = all[segment]
  if (found === undefined)
    throw new RvrError('USAGE', `there is no segment ${segment}`, { hint: `Segments are 0 … ${all.length - 1}.` })
  return [found]
}
