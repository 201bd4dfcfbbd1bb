/** The traces of a run's segments: planned by mode metered, executed once more, filled and handed out. */
import { accept } from '../../accept.ts'
import type { LoadedAirs } from '../../air/load.ts'
import { isToolchainMissing, RvrError } from '../../errors.ts'
import { noEvents } from '../../events.ts'
import { coreThreads } from '../../load/threads.ts'
import { airMemo } from '../../trace/airs-memo.ts'
import { airsOfMachine } from '../../trace/airs.ts'
import type { SegmentTables } from '../../trace/segment.ts'
import { Traces } from '../calls.ts'
import { known as knownOrigin } from '../segments.ts'
import type { TracesOptions } from '../contract.ts'
import { FilledTrace } from './filled-trace.ts'
import type { PlannedSegment, TraceFiller } from './filler.ts'
import { DEFAULT_MEMORY_BYTES } from './limits.ts'
import { NativeTraceFiller } from './native-filler.ts'
import { checkSize, chosen, refuseTrap, type RunPlan } from './plan.ts'
import { recorderFrom } from './recorder.ts'
import { ReferenceFiller } from './reference-filler.ts'

interface Filling {
  readonly set: LoadedAirs
  readonly first: PlannedSegment
  readonly options: TracesOptions
  readonly maxBytes: number
}

/** The engine and what records for it; undefined where nothing can compile, and nobody has asked for it by name. */
async function engineFiller(plan: RunPlan, filling: Filling): Promise<TraceFiller | undefined> {
  const { set, first, maxBytes, options } = filling
  const { filler, artifact, threads = coreThreads(), fragment, signal } = options
  const isWanted = filler === 'engine' || artifact !== undefined
  if (plan.origin?.kin === undefined && !isWanted) return undefined
  const origin = knownOrigin(plan.origin)
  const { kin } = origin
  if (kin === undefined)
    throw new RvrError('USAGE', 'this run does not know of what a trace engine could be made', {
      hint: 'Take traces from a run that Artifact.execute returned, or from one resumed from it.',
    })
  try {
    const engine = await kin.traceEngine(set, signal)
    const from = { instret: first.instretStart, artifact: artifact ?? (await kin.ready('preflight', signal)), signal }
    const recorder = await recorderFrom(origin, from)
    try {
      const tracing = { engine, recorder, threads, fragment, maxBytes, events: kin.events }
      return await NativeTraceFiller.begin(tracing, signal)
    } catch (error) {
      recorder[Symbol.dispose]()
      throw error
    }
  } catch (error) {
    if (isToolchainMissing(error) && !isWanted) return undefined
    throw error
  }
}

/**
 * Traces of a run's segments in order: of all, or of one. Each is executed once more from where it starts, filled and
 * handed out; what is not disposed stays in memory.
 */
export async function* tracesOf(plan: RunPlan, given: TracesOptions): AsyncGenerator<FilledTrace, void, void> {
  const options = accept(Traces, 'traces', given)
  const { segment, signal, filler: wanted, maxMemoryBytes = DEFAULT_MEMORY_BYTES } = options
  const segments = chosen(plan, segment)
  const { machine } = plan
  const memo = airMemo(plan.origin?.kin?.memoDirectory())
  const set = airsOfMachine(machine, plan.abi.extensions, memo)
  for (const planned of segments) checkSize(planned, set, machine, maxMemoryBytes)
  const first = segments[0]!
  const filling = { set, first, options, maxBytes: maxMemoryBytes }
  const native = wanted === 'reference' ? undefined : await engineFiller(plan, filling)
  using filler = native ?? new ReferenceFiller(set, await plan.start(first.index, signal))
  const events = plan.origin?.kin?.events ?? noEvents
  let before: Pick<SegmentTables, 'set' | 'publics'> | undefined
  for (const planned of segments) {
    const filled = await filler.fill(planned, signal)
    events({ type: 'trace', segment: planned.index, state: 'filled', ms: filled.fillMs })
    // Behind what the segment itself is refused for.
    if (planned.index === plan.segments.length - 1) refuseTrap(plan)
    const trace = new FilledTrace({ planned, machine, filled, guest: filler.guest, before })
    try {
      yield trace
    } finally {
      await trace.letGo()
    }
    before = { set, publics: filled.tables.publics }
  }
}
