/** One stretch of execution by native code: what the driver loop calls until the guest ends or a limit is reached. */
import { createHart, type Hart } from '../program/hart.ts'
import { slotOf } from '../program/slots.ts'
import { REASON_ASTRAY, REASON_STOP, stateOffset } from '../layout/state.ts'
import { viewInstance, type InstanceViews } from '../load/instance.ts'
import { loadLibrary } from '../load/library.ts'
import type { Collector, NativeUse, Site } from '../modes/collector.ts'
import { MOST_WAITING } from './instances.ts'
import type { NativePlace, Place } from './job.ts'
import { interpretedSite, nativeSite } from './site.ts'

export interface NativeStretch extends NativeUse {
  /** The interpreter has to execute the next instruction. */
  readonly step: boolean
}

/** Native code over one instance. */
export interface NativeEngine {
  /** The least budget with which native code gets anywhere. */
  readonly floor: bigint
  /**
   * Lets native code run again after its floor was raised. Whoever wants it to stop says so first: look for that behind
   * this call.
   */
  rearm(): void
  /** Can native code start at `pc`? */
  readonly enters: (pc: number) => boolean
  /** Runs at most `budget` instructions from `hart.pc` and updates `hart.pc`. */
  run(budget: bigint): NativeStretch
}

const PC = stateOffset('pc')
const COUNTERS = stateOffset('counters')
const REASON = stateOffset('reason')
const FILLER = stateOffset('filler')
const FLOOR = stateOffset('floor')
const NEVER = (1n << 63n) - 1n

/** Makes native code of the instance come back at its next stop test, whichever thread it runs on. */
export function raiseFloor(state: DataView): void {
  state.setBigInt64(FLOOR, NEVER, true)
}

function nativeEngine(place: NativePlace, views: InstanceViews, hart: Hart, counting: Counting): NativeEngine {
  const library = loadLibrary(place.library, place)
  const { state, table } = views
  const { collector } = counting
  const counters = new BigInt64Array(state.buffer, state.byteOffset + COUNTERS, counting.counters)
  const filler = state.getBigUint64(FILLER, true)
  const floor = BigInt(library.floor)
  /** A write to it is seen by other threads before anything that this thread reads afterwards. */
  const fence = new Int32Array(new SharedArrayBuffer(4))
  const rearm = (): void => {
    if (state.getBigInt64(FLOOR, true) === floor) return
    state.setBigInt64(FLOOR, floor, true)
    Atomics.exchange(fence, 0, 1)
  }
  // An earlier job of the same instance may have been stopped.
  rearm()
  const least = collector.leastBudget(floor)
  const run = (budget: bigint): NativeStretch => {
    collector.enter(counters, budget)
    state.setBigUint64(PC, BigInt(hart.pc), true)
    library.run(place.memory)
    hart.pc = Number(state.getBigUint64(PC, true))
    const reason = state.getUint32(REASON, true)
    const step = reason !== REASON_STOP
    return { ...collector.leave(counters, { budget, isStep: step, isAstray: reason === REASON_ASTRAY }), step }
  }
  return {
    floor: least,
    rearm,
    enters(pc) {
      const slot = slotOf(place, pc)
      if (slot < 0 || slot >= place.slots || !Number.isInteger(slot)) return false
      return place.interprets !== undefined || table[slot] !== filler
    },
    run: place.leastBudget ? () => run(least) : run,
  }
}

/** Who counts, and how many of the state block's counters the mode has. */
export interface Counting {
  readonly collector: Collector
  readonly counters: number
}

/** Where a guest lives as this thread sees it. */
export interface Attachment {
  readonly hart: Hart
  readonly site: Site
  /** Makes the native engine; undefined where the interpreter runs alone. */
  readonly native: ((counting: Counting) => NativeEngine) | undefined
}

/** Memory that guests of this thread have lived in lately, seen before: they come back to it again and again. */
const seen = new Map<number, InstanceViews>()
const MOST_SEEN = 2 * MOST_WAITING

function viewsOf(place: Place): InstanceViews {
  const { instance, memory, window, areaBytes } = place
  const tableSlots = place.engine === 'native' && place.interprets === undefined ? place.slots : 0
  const views = seen.get(instance) ?? viewInstance(memory, { tableSlots, areaBytes, memoryBytes: window.bytes })
  seen.delete(instance)
  seen.set(instance, views)
  if (seen.size > MOST_SEEN) seen.delete(seen.keys().next().value!)
  return views
}

/** Attaches to the place where a guest lives. */
export function attach(place: Place, xlen: 32 | 64): Attachment {
  const views = viewsOf(place)
  const hart = createHart(xlen, views.memory, views, place.window)
  if (place.engine === 'interp') return { hart, site: interpretedSite(place, views), native: undefined }
  return {
    hart,
    site: nativeSite(loadLibrary(place.library, place), place, views),
    native: counting => nativeEngine(place, views, hart, counting),
  }
}
