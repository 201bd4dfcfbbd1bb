/** A job in mode `calls`: goes on with open calls, counts what the interpreter executes, drains the area. */
import { callsBytes } from '../../layout/calls.ts'
import { MEMORY } from '../../layout/meter.ts'
import type { Machine } from '../../machine/machine.ts'
import type { AreaPlace } from '../../layout/area.ts'
import type { Image } from '../../elf/image.ts'
import type { Instr, SlotBytes } from '../../isa/row.ts'
import { instructionLengths, slotOf } from '../../program/slots.ts'
import { nativeCode } from '../../program/lift.ts'
import type { Hart } from '../../program/hart.ts'
import type { CollectorContext, CollectorReport, HandBack, NativeSide, NativeUse, Site, Watcher } from '../collector.ts'
import { CountingCollector } from '../counting.ts'
import type { Mode } from '../mode.ts'
import { CallArea } from './area.ts'
import type { CallCounts } from './counts.ts'
import { drain } from './drain.ts'
import { LeafMarks, markedBytes } from './marks.ts'
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

function takeArea(image: Image, bytes: number): AreaPlace {
  const fits = spare?.image === image && spare.place.buffer.byteLength === bytes
  const place = fits ? spare!.place : undefined
  spare = undefined
  return place ?? { buffer: new ArrayBuffer(bytes), offset: 0 }
}

interface CallsCounting extends Pick<Mode, 'counters'> {
  /** Count first touches of memory. */
  readonly touches?: true
}

export class CallsCollector extends CountingCollector {
  override readonly watcher: Watcher
  /** Whose memory it is that touches are counted of. */
  readonly #machine: Machine | undefined
  readonly #image: Image
  readonly #slotBytes: SlotBytes
  readonly #parts: CallCounts[] = []
  #open: CallsOrder
  #place: { readonly area: CallArea; readonly hart: Hart; readonly watcher: CallWatcher } | undefined
  /** Puts an area of this thread's own back. */
  #release: (() => void) | undefined

  constructor(mode: CallsCounting, context: CollectorContext) {
    super(mode, context)
    this.#machine = mode.touches === true ? context.machine : undefined
    const retired: Watcher['retired'] = (instr, pc, rows) => this.retired(instr, pc, rows)
    this.watcher =
      this.#machine === undefined ? { retired } : { retired, touched: (...touch) => this.#touched(...touch) }
    this.#image = context.image
    this.#slotBytes = context.slotBytes
    this.#open = context.order as CallsOrder
  }

  override attach(site: Site, hart: Hart): void {
    super.attach(site, hart)
    const image = this.#image
    const slotBytes = this.#slotBytes
    const machine = this.#machine
    const { slots } = nativeCode(image, slotBytes)
    const bytes = machine === undefined ? callsBytes(slots) : markedBytes(slots, machine)
    const place = site.area ?? takeArea(image, bytes)
    if (site.area === undefined) this.#release = () => (spare = { image, place })
    const area = new CallArea(image, slotBytes, place)
    const stack = new CallStack(area)
    if (this.#open === undefined) begin(area, stack, image.entry)
    else reopen(area, stack, this.#open)
    const marks = machine && new LeafMarks(place, slots, machine)
    if (this.#open?.touched !== undefined) marks?.put(this.#open.touched)
    const watcher = new CallWatcher(area, stack, {
      hart,
      startsAt: starts(site.native, slotBytes),
      lengths: instructionLengths(image, slotBytes),
      marks,
    })
    // What was saved may be wrong.
    watcher.settle(hart.pc)
    this.#place = { area, hart, watcher }
  }

  protected override retired(instr: Instr | undefined, pc: number, rows: number): void {
    super.retired(instr, pc, rows)
    this.#place!.watcher.retired(instr, pc, rows)
  }

  /** Leaves of public values are not told apart. */
  #touched(space: number, address: number, length: number): void {
    if (space === MEMORY) this.#place!.watcher.touched(address, length)
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
function starts(native: NativeSide | undefined, slotBytes: SlotBytes): (pc: number) => boolean {
  const bits = native?.bitmap('rvr_boundaries')
  if (native === undefined || bits === undefined) return () => true
  const { base } = native
  return pc => {
    const slot = slotOf({ base, slotBytes }, pc)
    return ((bits[slot >> 3]! >> (slot & 7)) & 1) === 1
  }
}
