/** Options of runs that not every mode takes. */
import * as v from 'valibot'
import { RvrError } from '../errors.ts'
import { MAX_TRACE_HEIGHT, type SegmentLimits } from '../machine/limits.ts'

/** What a run may be started with for its mode: plain data, which saved runs keep. */
export interface ModeOptions {
  /** Default: those of the machine. */
  readonly segmentLimits?: Partial<SegmentLimits> | undefined
  /** Ends of shards, in instructions since the guest's start, ascending; behind the last is one more. */
  readonly shardEnds?: readonly number[] | undefined
}

const limit = (most: number) => v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(most)))

/** The same in a saved run. */
export const SavedModeOptions = v.strictObject({
  segmentLimits: v.optional(
    v.strictObject({
      maxTraceHeight: limit(MAX_TRACE_HEIGHT),
      maxMemoryBytes: limit(Number.MAX_SAFE_INTEGER),
      maxInteractions: limit(Number.MAX_SAFE_INTEGER),
    }),
  ),
  shardEnds: v.optional(v.array(v.pipe(v.number(), v.safeInteger(), v.minValue(1)))),
})

interface Lack {
  /** What a mode lacks that does not take the option. */
  readonly lack: string
  /** One that does. */
  readonly taker: string
}

const lacks = {
  segmentLimits: { lack: 'does not cut segments, so it has no limits of segments', taker: 'metered' },
  shardEnds: { lack: 'does not count crossings between shards, so it takes no ends of shards', taker: 'shards' },
  stopAtSegment: { lack: 'does not cut segments, so it cannot stop at one', taker: 'metered' },
  maxTapeBytes: { lack: 'records no tape, so it has no limit of one', taker: 'preflight' },
} as const satisfies Readonly<Record<string, Lack>>

export type ModeOption = keyof typeof lacks

interface Taker {
  readonly name: string
  readonly options?: readonly ModeOption[]
}

/** @throws RvrError `USAGE` where one is given that the mode does not take. */
export function checkModeOptions(mode: Taker, given: Readonly<Partial<Record<ModeOption, unknown>>>): void {
  for (const [name, { lack, taker }] of Object.entries(lacks) as [ModeOption, Lack][]) {
    const value = given[name]
    if (value === undefined || value === false || mode.options?.includes(name) === true) continue
    throw new RvrError('USAGE', `mode ${mode.name} ${lack}`, { hint: `Use mode ${taker}.` })
  }
}
