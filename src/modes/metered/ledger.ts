/** A run in mode `metered`: its meter, before the first instruction and when it is saved, and all of its segments. */
import { meterLayoutOf } from '../../machine/leaves.ts'
import { captureMeter } from '../../machine/meter-state.ts'
import type { Meter } from '../../machine/meter.ts'
import type { Segment } from '../../machine/segment.ts'
import { swellingOf } from '../../machine/swell.ts'
import type { Site } from '../collector.ts'
import type { Beginning, JobEnding, Ledger, LedgerContext, RestoredRun } from '../ledger.ts'
import { meterAt, type MeteredOrder, type MeteredReport } from './collector.ts'
import { imageLeaves } from './image-leaves.ts'
import type { MeteredResult, OpenSegment } from './result.ts'
import { checkSaved, parseSaved, restoreLeaves, savedText } from './saved.ts'

export class MeteredLedger implements Ledger {
  readonly #context: LedgerContext
  #meter: Meter | undefined
  #segments: Segment[] = []
  #open: OpenSegment | undefined

  constructor(context: LedgerContext) {
    this.#context = context
  }

  attach(site: Site): void {
    this.#meter = meterAt(site, this.#context)
  }

  begin({ options: { segmentLimits = {} }, publicValuesBytes, careful, definedSlots }: Beginning): void {
    const { image, machine, rows, manyRows } = this.#context
    const { maxTraceHeight, maxMemoryBytes, maxInteractions } = machine.limits
    this.#meter!.start({
      limits: {
        maxTraceHeight: segmentLimits.maxTraceHeight ?? maxTraceHeight,
        maxMemoryBytes: segmentLimits.maxMemoryBytes ?? maxMemoryBytes,
        maxInteractions: segmentLimits.maxInteractions ?? maxInteractions,
      },
      slots: definedSlots(),
      imageLeaves: imageLeaves(image, meterLayoutOf(machine).leafBytes),
      publicValuesBytes,
      swelling: swellingOf(machine, rows, manyRows),
      careful,
    })
  }

  order({ stopAtSegment, printed }: MeteredOrder): MeteredOrder {
    return { stopAtSegment, printed }
  }

  /** The last segment ends with the guest. */
  absorb(collected: unknown, { instructions, ended }: JobEnding): void {
    const meter = this.#meter!
    meter.load()
    for (const segment of collected as MeteredReport) this.#segments.push(segment)
    const instretStart = meter.segmentStart
    const heights = meter.openHeights()
    this.#open = ended === undefined ? { instretStart, heights } : undefined
    if (ended !== undefined)
      this.#segments.push({ instretStart, instructions: Number(instructions) - instretStart, heights, reason: ended })
  }

  result(): MeteredResult {
    return { segments: { list: this.#segments, count: this.#segments.length }, openSegment: this.#open }
  }

  async save(keep: (bytes: Uint8Array) => number): Promise<unknown> {
    const { scalars, leaves } = await captureMeter(this.#meter!)
    return savedText({ segments: this.#segments, scalars, leaves }, keep)
  }

  async restore(saved: unknown, { beginning, instructions, bytes }: RestoredRun): Promise<void> {
    const { machine } = this.#context
    const parsed = parseSaved(saved)
    checkSaved(parsed, machine, instructions)
    this.begin(beginning)
    await restoreLeaves(this.#meter!, parsed, { memoryChips: machine.memoryChips, instructions, bytes })
    this.#segments = [...parsed.segments]
  }
}
