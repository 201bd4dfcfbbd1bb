/** What mode `metered` reports of a run. */
import type { Segment } from '../../machine/segment.ts'

export interface MeteredResult {
  /** All finished segments; the last one ends with the guest. */
  readonly segments: SegmentsSoFar
  /** The segment that a suspended guest is in. */
  readonly openSegment: OpenSegment | undefined
}

export interface OpenSegment {
  readonly instretStart: number
  readonly heights: readonly number[]
}

/**
 * The first `count` of a list that grows with the run: copying it at every cut would cost time that grows with the
 * square of the segments.
 */
export interface SegmentsSoFar {
  readonly list: readonly Segment[]
  readonly count: number
}
