/** The traces of a run in the tier that was asked for, or of a saved recording. */
import { isToolchainMissing, type RvrError } from '../../../errors.ts'
import type { Run, TracesOptions } from '../../../sdk/contract.ts'
import type { Guest } from '../../../sdk/guest.ts'
import type { SegmentTrace } from '../../../sdk/traced.ts'
import { namedTier, type ExecutionOptions } from '../../options/execution.ts'
import type { Progress } from '../../progress/progress.ts'

export interface Tracing {
  readonly guest: Guest
  readonly options: Pick<ExecutionOptions, 'tier' | 'engine' | 'cc'>
  readonly traces: TracesOptions
  readonly progress: Progress
}

/** What records: what was asked for by name, or whatever there is. */
async function recorderOf(guest: Guest, tier: string, { signal }: TracesOptions): Promise<TracesOptions['artifact']> {
  if (tier === 'native') return guest.compile('preflight', { signal })
  if (tier === 'native-interp') return guest.interpretNatively('preflight', { signal })
  return undefined
}

/** Without a compiler the reference fills, unless what needs one was asked for by name. */
export async function* tracesIn(run: Run, tracing: Tracing): AsyncGenerator<SegmentTrace, void, void> {
  const { guest, options, traces, progress } = tracing
  const tier = namedTier(options) ?? 'auto'
  const isNamed = tier !== 'auto' || options.cc !== undefined || Boolean(process.env['RVR_CC'])
  if (tier !== 'interp') {
    let hasBegun = false
    try {
      const artifact = await recorderOf(guest, tier, traces)
      for await (const trace of run.traces({ ...traces, artifact, filler: 'engine' })) {
        hasBegun = true
        yield trace
      }
      return
    } catch (error) {
      if (hasBegun || isNamed || !isToolchainMissing(error)) throw error
      const { message, hint = 'rvr doctor says what to install.' } = error as RvrError
      progress.sink({
        type: 'warning',
        message: `${message}; filling in the reference, a few thousand instructions a second`,
        hint,
      })
    }
  }
  yield* run.traces({ ...traces, filler: 'reference' })
}

/** The one of a saved recording. */
export async function* traceFrom(
  file: string,
  { guest, traces }: Pick<Tracing, 'guest' | 'traces'>,
): AsyncGenerator<SegmentTrace, void, void> {
  const { threads, fragment, maxMemoryBytes, signal } = traces
  yield await guest.fillRecording(file, { threads, fragment, maxMemoryBytes, signal })
}
