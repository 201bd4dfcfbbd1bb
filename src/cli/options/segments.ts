/** --max-trace-height, --max-memory and --max-interactions: limits of a segment. */
import type { Option } from 'commander'
import { MAX_TRACE_HEIGHT } from '../../machine/limits.ts'
import type { ExecuteOptions } from '../../sdk/options.ts'
import { valued } from './declare.ts'
import { limitIn, sizeIn } from './values.ts'

export interface SegmentOptions {
  readonly maxTraceHeight?: number
  readonly maxMemory?: number
  readonly maxInteractions?: number
}

export const segmentOptions = (): Option[] => [
  valued(
    '--max-trace-height <rows>',
    'cut segments before a padded trace is higher (default: that of the machine)',
    limitIn({ least: 1, greatest: MAX_TRACE_HEIGHT }),
  ),
  valued(
    '--max-memory <size>',
    'cut segments before proving one is estimated to take more: 12GiB (default: that of the machine)',
    sizeIn({ least: 1 }),
  ),
  valued(
    '--max-interactions <n>',
    'cut segments before they have more bus interactions (default: that of the machine)',
    limitIn({ least: 1 }),
  ),
]

/** The limits of a segment that were given; undefined where none was. */
export function segmentLimits({
  maxTraceHeight,
  maxMemory,
  maxInteractions,
}: SegmentOptions): ExecuteOptions['segmentLimits'] {
  if (maxTraceHeight === undefined && maxMemory === undefined && maxInteractions === undefined) return undefined
  return { maxTraceHeight, maxMemoryBytes: maxMemory, maxInteractions }
}
