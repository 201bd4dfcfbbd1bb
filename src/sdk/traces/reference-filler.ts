/** The reference, in JavaScript: executes a segment while it fills its tables. */
import type { AirSet } from '../../air/air.ts'
import type { Opening } from '../../proofs/opening.ts'
import { besidePublicValues, memoryLayout } from '../../trace/layout.ts'
import { SegmentFiller } from '../../trace/segment.ts'
import type { Standing } from '../../trace/steps.ts'
import type { FilledSegment, PlannedSegment, TraceFiller } from './filler.ts'

export class ReferenceFiller implements TraceFiller {
  readonly guest: Standing
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
    return { tables, opening: async () => this.#opening(), fillMs: performance.now() - begun }
  }

  #opening(): Opening {
    const { image, abi, host } = this.guest
    const beside = this.#filler.hash(besidePublicValues(memoryLayout(image.xlen)))
    return { xlen: image.xlen, values: abi.host.publicValues(host).slice(), beside }
  }

  [Symbol.dispose](): void {
    this.#start[Symbol.dispose]()
  }
}
