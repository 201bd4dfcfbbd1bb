/** One stretch of execution by either engine: what the driver loop calls until the guest ends or a limit is reached. */
import { REASON_STEP, stateOffset } from '../codegen/state-layout.ts'
import { MEMORY_BYTES } from '../elf/image.ts'
import { createHart, type Hart } from '../ir/hart.ts'
import { loadLibrary, viewInstance, type InstanceViews } from '../load/library.ts'
import type { Place } from './job.ts'

/** Native code over one instance. */
export interface NativeEngine {
  /** The least budget with which native code gets anywhere. */
  readonly floor: bigint
  /** Can native code start at `pc`? */
  readonly enters: (pc: number) => boolean
  /**
   * Runs at most `budget` instructions from `hart.pc` and updates `hart.pc`. Returns instructions used, trace cells counted (0 in modes
   * without cost), and whether the interpreter has to execute the next instruction.
   */
  run(budget: bigint): { used: bigint; cells: bigint; step: boolean }
}

const PC = stateOffset('pc'), LEFT = stateOffset('counters'), CELLS = LEFT + 8, REASON = stateOffset('reason'), FILLER = stateOffset('filler')
const FLOOR = stateOffset('floor')
const NEVER = (1n << 63n) - 1n

/** Makes native code of the instance come back at its next stop test, whichever thread it runs on. */
export function raiseFloor(state: DataView): void {
  state.setBigInt64(FLOOR, NEVER, true)
}

function nativeEngine(place: Extract<Place, { engine: 'native' }>, views: InstanceViews, hart: Hart): NativeEngine {
  const library = loadLibrary(place.library)
  const { state, table } = views
  const filler = state.getBigUint64(FILLER, true)
  const floor = BigInt(library.floor)
  // An earlier job of the same instance may have been stopped.
  state.setBigInt64(FLOOR, floor, true)
  return {
    floor,
    enters(pc) {
      const slot = (pc - place.base) / 4
      return slot >= 0 && slot < place.slots && Number.isInteger(slot) && table[slot] !== filler
    },
    run(budget) {
      state.setBigUint64(PC, BigInt(hart.pc), true)
      state.setBigInt64(LEFT, budget, true)
      state.setBigInt64(CELLS, 0n, true)
      library.run(place.memory)
      hart.pc = Number(state.getBigUint64(PC, true))
      return { used: budget - state.getBigInt64(LEFT, true), cells: state.getBigInt64(CELLS, true), step: state.getUint32(REASON, true) === REASON_STEP }
    },
  }
}

/** Attaches to the place where a guest lives: its hart, and native code where there is any. */
export function attach(place: Place, xlen: 32 | 64): { hart: Hart; native: NativeEngine | undefined } {
  if (place.engine === 'interp') return { hart: createHart(xlen, new Uint8Array(place.memory), new BigUint64Array(place.registers)), native: undefined }
  const views = viewInstance(place.memory, place.slots, MEMORY_BYTES)
  const hart = createHart(xlen, views.memory, views.registers)
  return { hart, native: nativeEngine(place, views, hart) }
}
