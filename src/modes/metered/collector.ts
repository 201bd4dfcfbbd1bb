/** A job in mode `metered`: the meter lies in the mode's area, whoever executes the guest. */
import { MAX_INTERVAL } from '../../layout/meter-rules.ts'
import { BlockProgress } from '../../machine/block-rows.ts'
import { Meter } from '../../machine/meter.ts'
import type { Segment } from '../../machine/segment.ts'
import type { Hart } from '../../program/hart.ts'
import type { Collector, CollectorContext, CollectorReport, HandBack, NativeUse, Site, Watcher } from '../collector.ts'
import { meterWatcher } from './watcher.ts'

/** What the ledger orders. */
export interface MeteredOrder {
  /** Stop at the next cut. */
  readonly stopAtSegment: boolean
  /** What the guest prints before so many instructions has been printed already. */
  readonly printed: number
}

/** Segments that ended in the job. */
export type MeteredReport = readonly Segment[]

/** The meter in the area at `site`, which has one in this mode. */
export function meterAt({ area, native }: Site, { machine }: Pick<CollectorContext, 'machine'>): Meter {
  return new Meter(area!, machine, native === undefined ? undefined : () => native.perform('rvr_clear_seen'))
}

export class MeteredCollector implements Collector {
  watcher: Watcher | undefined
  readonly #context: CollectorContext
  readonly #order: MeteredOrder
  readonly #progress: BlockProgress | undefined
  #hart: Hart | undefined
  #meter: Meter | undefined
  /** At earlier sites. */
  readonly #segments: Segment[] = []
  #cellsBefore = 0n
  #cellsAtStart = 0n

  constructor(context: CollectorContext) {
    this.#context = context
    this.#order = context.order as MeteredOrder
    const { blockRows, isInside } = context
    this.#progress = blockRows && new BlockProgress(blockRows, isInside)
  }

  attach(site: Site, hart: Hart): void {
    this.#hart = hart
    if (this.#meter !== undefined) {
      this.#cellsBefore = this.cells()
      for (const segment of this.#meter.segments) this.#segments.push(segment)
    }
    const meter = meterAt(site, this.#context)
    meter.load()
    meter.pauseAtCut = this.#order.stopAtSegment
    this.#cellsAtStart = meter.cells()
    this.#meter = meter
    this.watcher = meterWatcher(meter, site.native, this.#context, this.#progress)
  }

  /**
   * A stretch goes on to the end of the interval before anything stops it. Regions are that large unless rare paths are
   * forced.
   */
  leastBudget(floor: bigint): bigint {
    return floor < MAX_INTERVAL ? BigInt(MAX_INTERVAL) : floor
  }

  /** The interval to the next check travels as counter 0, everything else lies in the meter area. */
  enter(counters: BigInt64Array, budget: bigint): void {
    const meter = this.#meter!
    meter.store()
    meter.area.setWide('limit', meter.instret + Number(budget))
    counters[0] = BigInt(meter.left)
  }

  /** Where native code may not do a check, it is done here. */
  leave(counters: BigInt64Array, { isStep, isAstray }: HandBack): NativeUse {
    this.#progress?.handedBack(this.#hart!.pc, isAstray)
    const meter = this.#meter!
    const before = meter.instret
    meter.area.setWide('left', Number(counters[0]!))
    meter.load()
    const used = BigInt(meter.instret - before)
    return { used, paused: !isStep && !meter.check() }
  }

  cells(): bigint {
    return this.#cellsBefore + this.#meter!.cells() - this.#cellsAtStart
  }

  printsAnew(): boolean {
    return this.#meter!.instret >= this.#order.printed
  }

  detach(): number {
    const meter = this.#meter!
    meter.store()
    return meter.rewind === undefined ? 0 : meter.rewind.from - meter.instret
  }

  report(): CollectorReport {
    const { segments, rewind, lost } = this.#meter!
    const collected: MeteredReport = [...this.#segments, ...segments]
    if (lost) return { collected, demand: { kind: 'start-over' } }
    if (rewind === undefined) return { collected, isInside: this.#progress?.isInside === true }
    return { collected, demand: { kind: 'go-back', executed: rewind.from, touched: rewind.touched } }
  }
}
