/** A job in mode `calls`: goes on with open calls, counts what the interpreter executes, drains the area. */
import { callsBytes } from '../../layout/calls.ts'
import type { AreaPlace } from '../../layout/area.ts'
import type { Image } from '../../elf/image.ts'
import type { Instr } from '../../isa/row.ts'
import { nativeCode } from '../../program/lift.ts'
import type { Hart } from '../../program/hart.ts'
import type { CollectorContext, CollectorReport, HandBack, NativeSide, NativeUse, Site } from '../collector.ts'
import { CountingCollector } from '../counting.ts'
import type { Mode } from '../mode.ts'
import { CallArea } from './area.ts'
import type { CallCounts } from './counts.ts'
import { drain } from './drain.ts'
import { begin, reopen, type OpenCalls } from './open-calls.ts'
import { CallStack } from './stack.ts'
import { CallWatcher } from './watcher.ts'

/** What the ledger orders: the calls that are open; undefined in front of the guest's first instruction. */
export type CallsOrder = OpenCalls | undefined

/** What was counted at one place after another, and where the guest stands. */
export interface CallsReport {
  readonly parts: readonly CallCounts[]
  readonly open: OpenCalls
}

/** The area of guests that have none beside them: one for each thread, as good as new between two jobs. */
let spare: { readonly image: Image; readonly place: AreaPlace } | undefined

function takeArea(image: Image): AreaPlace {
  const place = spare?.image === image ? spare.place : undefined
  spare = undefined
  return place ?? { buffer: new ArrayBuffer(callsBytes(nativeCode(image).slots)), offset: 0 }
}

export class CallsCollector extends CountingCollector {
  readonly #image: Image
  readonly #parts: CallCounts[] = []
  #open: CallsOrder
  #place: { readonly area: CallArea; readonly hart: Hart; readonly watcher: CallWatcher } | undefined
  /** Puts an area of this thread's own back. */
  #release: (() => void) | undefined

  constructor(mode: Pick<Mode, 'counters'>, context: CollectorContext) {
    super(mode, context)
    this.#image = context.image
    this.#open = context.order as CallsOrder
  }

  override attach(site: Site, hart: Hart): void {
    super.attach(site, hart)
    const image = this.#image
    const place = site.area ?? takeArea(image)
    if (site.area === undefined) this.#release = () => (spare = { image, place })
    const area = new CallArea(image, place)
    const stack = new CallStack(area)
    if (this.#open === undefined) begin(area, stack, image.entry)
    else reopen(area, stack, this.#open)
    const watcher = new CallWatcher(area, stack, { hart, startsAt: starts(site.native) })
    // What was saved may be wrong.
    watcher.settle(hart.pc)
    this.#place = { area, hart, watcher }
  }

  protected override retired(instr: Instr | undefined, pc: number, rows: number): void {
    super.retired(instr, pc, rows)
    this.#place!.watcher.retired(instr, pc, rows)
  }

  override enter(counters: BigInt64Array, budget: bigint): void {
    super.enter(counters, budget)
    const { hart, watcher } = this.#place!
    watcher.settle(hart.pc)
  }

  override leave(counters: BigInt64Array, how: HandBack): NativeUse {
    this.#place!.watcher.isNew()
    return super.leave(counters, how)
  }

  override detach(): number {
    const { area, hart, watcher } = this.#place!
    watcher.settle(hart.pc)
    const { counts, open } = drain(area, watcher)
    this.#parts.push(counts)
    this.#open = open
    this.#release?.()
    this.#release = undefined
    this.#place = undefined
    return 0
  }

  override report(): CollectorReport {
    const collected: CallsReport = { parts: this.#parts, open: this.#open! }
    return { collected, isInside: this.isInside }
  }
}

/** Counters of native code are differences but where these start anew. */
function starts(native: NativeSide | undefined): (pc: number) => boolean {
  const bits = native?.bitmap('rvr_boundaries')
  if (native === undefined || bits === undefined) return () => true
  const { base } = native
  return pc => {
    const slot = (pc - base) >> 2
    return ((bits[slot >> 3]! >> (slot & 7)) & 1) === 1
  }
}
