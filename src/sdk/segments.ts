/** Stops at the cuts between segments: a callback at each of them, and fresh runs that stand where a segment starts. */
import { accept } from '../accept.ts'
import { callbackFailed, RvrError } from '../errors.ts'
import { limitsBehind, type RunLimits } from '../run/limits.ts'
import { SegmentIndex, SegmentStart } from './calls.ts'
import type { ResumeOptions, Run, RunOrigin, SegmentStartOptions } from './contract.ts'

/** Where the limits of a call count from. */
export interface Origin {
  readonly instret: bigint
  readonly cost: bigint
  /** `performance.now()` at the call. */
  readonly begun: number
}

/** Limits for a call that may want to hear of every cut. */
export const stoppingAtCuts = ({ onSegment, ...limits }: ResumeOptions): RunLimits =>
  onSegment === undefined ? limits : { ...limits, stopAtSegment: true }

/** Limits of a call that begins now. */
export const beginning = (instret = 0n, cost = 0n): Origin => ({ instret, cost, begun: performance.now() })

/** What is left of the limits among `options` after what `run` has done since `from`. */
export function leftOf(options: ResumeOptions, run: Run, from: Origin): RunLimits {
  const { maxInstructions, maxCost, timeoutMs, maxTapeBytes, signal, suspend } = options
  const limits = { maxInstructions, maxCost, timeoutMs, maxTapeBytes, signal, suspend }
  return limitsBehind(limits, {
    instructions: run.instret - from.instret,
    cost: (run.cost ?? 0n) - from.cost,
    ms: performance.now() - from.begun,
  })
}

/** Tells `onSegment` of the cut that `run` stands at and goes on to the next one, until something else ends the run. */
export async function passCuts(run: Run, options: ResumeOptions, from: Origin): Promise<Run> {
  const { onSegment } = options
  if (onSegment === undefined) return run
  let current = run
  while (current.stopCause === 'segment') {
    try {
      await onSegment(current)
    } catch (cause) {
      current.dispose()
      throw callbackFailed('onSegment', cause)
    }
    if (options.stopAtSegment === true) break
    current = await current.resume({ ...leftOf(options, current, from), stopAtSegment: true })
  }
  return current
}

/**
 * A suspended run after exactly `instret` instructions. What the guest prints on the way there has been printed before,
 * so it is not printed again.
 */
export async function runTo(
  instret: number,
  { artifact: own, options }: RunOrigin,
  { artifact = own, signal, maxTapeBytes }: SegmentStartOptions & Pick<RunLimits, 'maxTapeBytes'>,
): Promise<Run> {
  if (artifact.guestDigest !== own.guestDigest || artifact.abi !== own.abi) {
    throw new RvrError('USAGE', 'the artifact is another guest than that of the run', {
      hint: 'Compile the same guest, for example in mode pure.',
      details: { wanted: own.guestDigest, found: artifact.guestDigest },
    })
  }
  const { onPrint, segmentLimits, inputs, stream, publicValuesBytes, seed, args, env, directories } = options
  let isThere = false
  const run = await artifact.execute({
    inputs,
    stream,
    publicValuesBytes,
    seed,
    args,
    env,
    directories,
    signal,
    segmentLimits: artifact.keepsSegments ? segmentLimits : undefined,
    onPrint: (stream, bytes) => (isThere ? onPrint?.(stream, bytes) : undefined),
    maxInstructions: instret,
    maxTapeBytes,
  })
  isThere = true
  return run
}

/** Where each segment of a run starts, the open one of a suspended run included. */
const startsOf = ({ segments, openSegment }: Run): number[] =>
  [...segments, ...(openSegment === undefined ? [] : [openSegment])].map(({ instretStart }) => instretStart)

export function known(origin: RunOrigin | undefined): RunOrigin {
  if (origin === undefined)
    throw new RvrError('USAGE', 'this run does not know how it was started', {
      hint: 'Take the starts of segments from a run that Artifact.execute returned, or from one resumed from it.',
    })
  return origin
}

/** A fresh run at the start of segment `index`. @throws RvrError `USAGE` for a segment that the run does not have. */
export async function segmentStart(
  run: Run,
  index: number,
  origin: RunOrigin | undefined,
  options: SegmentStartOptions,
): Promise<Run> {
  const starts = startsOf(run)
  const instret = starts[accept(SegmentIndex, 'segmentStart', index)]
  if (instret === undefined)
    throw new RvrError('USAGE', `there is no segment ${index}`, {
      hint: starts.length === 0 ? 'Only runs in mode metered have segments.' : `Segments are 0 … ${starts.length - 1}.`,
    })
  return runTo(instret, known(origin), accept(SegmentStart, 'segmentStart', options))
}

/**
 * The starts of all segments in order, in one pass: each run is the earlier one resumed, and the last one is disposed
 * at the end.
 */
export async function* segmentStarts(
  run: Run,
  origin: RunOrigin | undefined,
  options: SegmentStartOptions,
): AsyncGenerator<Run, void, void> {
  accept(SegmentStart, 'segmentStarts', options)
  let current: Run | undefined
  try {
    for (const instret of startsOf(run)) {
      current =
        current === undefined
          ? await runTo(instret, known(origin), options)
          : await current.resume({ maxInstructions: BigInt(instret) - current.instret, signal: options.signal })
      yield current
    }
  } finally {
    current?.dispose()
  }
}
