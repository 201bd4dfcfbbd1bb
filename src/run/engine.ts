/** One stretch of execution by native code: what the driver loop calls until the guest ends or a limit is reached. */
import { MEMORY_BYTES } from '../elf/image.ts'
import { createHart, type Hart } from '../program/hart.ts'
import { REASON_STEP, stateOffset } from '../layout/state.ts'
import { loadLibrary, viewInstance, type InstanceViews, type NativeLibrary } from '../load/library.ts'
import { MAX_INTERVAL } from '../machine/interval.ts'
import type { Meter } from '../machine/meter.ts'
import type { Place } from './job.ts'

export interface NativeStretch {
  /** Instructions executed. */
  readonly used: bigint
  /** Trace cells counted; 0 in modes without cost. */
  readonly cells: bigint
  /** The interpreter has to execute the next instruction. */
  readonly step: boolean
  /** The meter wants to stop here. */
  readonly paused?: boolean
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
const LEFT = stateOffset('counters')
const CELLS = LEFT + 8
const REASON = stateOffset('reason')
const FILLER = stateOffset('filler')
const FLOOR = stateOffset('floor')
const NEVER = (1n << 63n) - 1n

/** Makes native code of the instance come back at its next stop test, whichever thread it runs on. */
export function raiseFloor(state: DataView): void {
  state.setBigInt64(FLOOR, NEVER, true)
}

type NativePlace = Extract<Place, { engine: 'native' }>

/** Budget and counters travel in the state block. */
function countingStretch(
  place: NativePlace,
  library: NativeLibrary,
  { state }: InstanceViews,
  hart: Hart,
): NativeEngine['run'] {
  return budget => {
    state.setBigUint64(PC, BigInt(hart.pc), true)
    state.setBigInt64(LEFT, budget, true)
    state.setBigInt64(CELLS, 0n, true)
    library.run(place.memory)
    hart.pc = Number(state.getBigUint64(PC, true))
    return {
      used: budget - state.getBigInt64(LEFT, true),
      cells: state.getBigInt64(CELLS, true),
      step: state.getUint32(REASON, true) === REASON_STEP,
    }
  }
}

/**
 * The interval to the next check travels as counter 0, everything else lies in the meter area. Where native code may
 * not do a check, it is done here.
 */
function meteredStretch(
  place: NativePlace,
  library: NativeLibrary,
  { state }: InstanceViews,
  hart: Hart,
  meter: Meter,
): NativeEngine['run'] {
  return budget => {
    const before = meter.instret
    const cells = meter.cells()
    meter.store()
    meter.area.setWide('limit', before + Number(budget))
    state.setBigUint64(PC, BigInt(hart.pc), true)
    state.setBigInt64(LEFT, BigInt(meter.left), true)
    library.run(place.memory)
    hart.pc = Number(state.getBigUint64(PC, true))
    meter.area.setWide('left', Number(state.getBigInt64(LEFT, true)))
    meter.load()
    const step = state.getUint32(REASON, true) === REASON_STEP
    const paused = !step && !meter.check()
    return { used: BigInt(meter.instret - before), cells: meter.cells() - cells, step, paused }
  }
}

function nativeEngine(place: NativePlace, views: InstanceViews, hart: Hart, meter: Meter | undefined): NativeEngine {
  const library = loadLibrary(place.library)
  const { state, table } = views
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
  // A metered stretch goes on to the end of the interval before anything stops it. Regions are that large unless rare
  // paths are forced.
  const least = meter !== undefined && floor < MAX_INTERVAL ? BigInt(MAX_INTERVAL) : floor
  const stretch =
    meter === undefined
      ? countingStretch(place, library, views, hart)
      : meteredStretch(place, library, views, hart, meter)
  return {
    floor: least,
    rearm,
    enters(pc) {
      const slot = (pc - place.base) / 4
      return slot >= 0 && slot < place.slots && Number.isInteger(slot) && table[slot] !== filler
    },
    run: place.leastBudget ? () => stretch(least) : stretch,
  }
}

/** Where a guest lives as this thread sees it. */
export interface Attachment {
  readonly hart: Hart
  /** Memory of the mode's area, where it has one. */
  readonly area: { readonly buffer: ArrayBufferLike; readonly offset: number } | undefined
  /** Makes the native engine; undefined where the interpreter runs alone. */
  readonly native: ((meter: Meter | undefined) => NativeEngine) | undefined
}

/** Attaches to the place where a guest lives. */
export function attach(place: Place, xlen: 32 | 64): Attachment {
  if (place.engine === 'interp') {
    const hart = createHart(xlen, new Uint8Array(place.memory), new BigUint64Array(place.registers))
    return { hart, area: place.meter === undefined ? undefined : { buffer: place.meter, offset: 0 }, native: undefined }
  }
  const views = viewInstance(place.memory, place.slots, MEMORY_BYTES, place.areaBytes)
  const hart = createHart(xlen, views.memory, views.registers)
  return {
    hart,
    area: place.areaBytes === 0 ? undefined : views.area,
    native: meter => nativeEngine(place, views, hart, meter),
  }
}
