/** Segments that fit: a run is cut into smaller ones where proving one of them would take more than is allowed. */
import { RvrError } from '../../errors.ts'
import { segmentSize } from '../../machine/limits.ts'
import type { Run, RunOrigin } from '../contract.ts'
import { runTo } from '../segments.ts'
import type { PlannedSegment } from '../traces/filler.ts'
import type { RunPlan } from '../traces/plan.ts'
import type { PlannedProofs } from './planned.ts'

/** Heights are padded to powers of two, so what a segment takes does not fall evenly: some of it is kept back. */
const KEPT = 0.9
/** Where the key does not allow the heights, no number says by how much: segments of half the size are next. */
const HALF = 0.5

interface Room {
  readonly planned: Pick<PlannedProofs, 'bytes' | 'bytesIfAllowed' | 'emptyHeights'>
  /** Bytes for all but the fixed trees. */
  readonly left: number
}

/**
 * The greatest estimate of mode metered (`maxMemoryBytes`) with which the segments that are too large will fit.
 *
 * @returns undefined where all fit; 0 where no cut makes them fit
 */
export async function fittingLimit(
  { machine, origin }: Pick<RunPlan, 'machine' | 'origin'>,
  segments: readonly PlannedSegment[],
  { planned, left }: Room,
): Promise<number | undefined> {
  const limit = origin?.options.segmentLimits?.maxMemoryBytes ?? Infinity
  let fitting = Infinity
  for (const { heights } of segments) {
    const bytes = await planned.bytesIfAllowed(heights, 'most')
    if (bytes <= left) continue
    const empty = planned.emptyHeights(heights)
    const least = await planned.bytes(empty, 'least')
    const [all, ofEmpty] = [segmentSize(machine, heights).memoryBytes, segmentSize(machine, empty).memoryBytes]
    // Metering could not cut it where its own limit said so: within an interval there is no cut.
    if (least >= left || all > limit) return 0
    const share = Number.isFinite(bytes) ? (KEPT * (left - least)) / (bytes - least) : HALF
    fitting = Math.min(fitting, Math.floor(ofEmpty + (all - ofEmpty) * share))
  }
  return fitting === Infinity ? undefined : fitting
}

/** The same run up to the same instruction, in smaller segments. */
export async function cutAgain(
  origin: RunOrigin,
  { segments }: RunPlan,
  maxMemoryBytes: number,
  signal: AbortSignal | undefined,
): Promise<Run> {
  const last = segments.at(-1)!
  const instret = last.instretStart + last.instructions
  const segmentLimits = { ...origin.options.segmentLimits, maxMemoryBytes }
  const options = { ...origin.options, segmentLimits, onPrint: undefined }
  const run = await runTo(instret, { ...origin, options }, { signal })
  if (run.instret === BigInt(instret)) return run
  run.dispose()
  throw new RvrError('DIVERGED', `the run ends after ${run.instret} instructions, and ended after ${instret} before`)
}
