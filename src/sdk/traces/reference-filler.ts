/** The reference, in JavaScript: executes a segment while it fills its tables. */
import type { AirSet } from '../../air/air.ts'
import { SegmentFiller } from '../../trace/segment.ts'
import type { Standing, TracedGuest } from '../../trace/steps.ts'
import type { FilledSegment, PlannedSegment, TraceFiller } from './filler.ts'

export class ReferenceFiller implements TraceFiller {
  readonly guest: TracedGuest
  readonly #start: Disposable
  readonly #filler: SegmentFiller

  constructor(set: AirSet, start: Disposable & { readonly standing: Standing }) {
    this.guest = start.standing
    this.#start = start
    this.#filler = new SegmentFiller(set, start.standing)
  }

  async fill({ instructions }: PlannedSegment, signal: AbortSignal | undefined): Promise<FilledSegment> {
    const begun = performance.now()
    const tables = await this.#filler.fill(instructions, signal)
    return { tables, fillMs: performance.now() - begun }
  }

  [Symbol.dispose](): void {
    this.#start[Symbol.dispose]()
  }
}
