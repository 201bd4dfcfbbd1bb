/** Where a guest lives: a native instance or shared JavaScript memory, with the area of modes that have one. */
import { MEMORY_BYTES, type Image } from '../elf/image.ts'
import { createHart, type Hart } from '../program/hart.ts'
import { meterLayout } from '../layout/meter.ts'
import { loadLibraryFile, viewInstance, type NativeLibrary } from '../load/library.ts'
import type { LibraryFile } from '../load/library-file.ts'
import type { Mode } from '../modes/mode.ts'
import { raiseFloor } from './engine.ts'
import type { Place } from './job.ts'

/** The engine that a session runs on: a library file, or the interpreter alone. */
export type EngineChoice =
  | {
      readonly engine: 'native'
      readonly library: LibraryFile
      readonly slots: number
      readonly base: number
      /** Slots that hold a known instruction. */ readonly definedSlots: number
      readonly leastBudget?: true
    }
  | { readonly engine: 'interp' }

/** Unmaps an instance when no view of it can exist any more. */
const unmapped = new FinalizationRegistry<{ library: NativeLibrary; address: bigint }>(({ library, address }) =>
  library.destroy(address),
)

export interface Home {
  readonly place: Place
  readonly hart: Hart
  readonly area: { readonly buffer: ArrayBufferLike; readonly offset: number } | undefined
  /** Makes the guest come back soon. */
  readonly interrupt: () => void
  /** Metered native instances: empties the marks of touched leaves. */
  readonly clearMarks?: () => void
  /** Gives the memory up. */
  readonly retire: () => void
}

/** Fresh memory for a guest. */
export function settle(engine: EngineChoice, image: Image, mode: Mode): Home {
  const areaBytes = mode.segments
    ? meterLayout.areaBytes
    : engine.engine === 'native'
      ? (mode.profile?.areaBytes(engine.slots) ?? 0)
      : 0
  if (engine.engine === 'interp') {
    const memory = new SharedArrayBuffer(MEMORY_BYTES)
    const registers = new SharedArrayBuffer(32 * 8)
    const meter = areaBytes === 0 ? undefined : new SharedArrayBuffer(areaBytes)
    return {
      place: { engine: 'interp', memory, registers, ...(meter !== undefined && { meter }) },
      hart: createHart(image.xlen, new Uint8Array(memory), new BigUint64Array(registers)),
      area: meter === undefined ? undefined : { buffer: meter, offset: 0 },
      interrupt: () => {},
      retire: () => {},
    }
  }
  const library = loadLibraryFile(engine.library)
  const address = library.create()
  const views = viewInstance(address, engine.slots, MEMORY_BYTES, areaBytes)
  unmapped.register(views.memory.buffer, { library, address })
  return {
    place: {
      engine: 'native',
      library: engine.library.name,
      memory: address,
      slots: engine.slots,
      base: engine.base,
      areaBytes,
      ...(engine.leastBudget && { leastBudget: true }),
    },
    hart: createHart(image.xlen, views.memory, views.registers),
    area: areaBytes === 0 ? undefined : views.area,
    interrupt: () => raiseFloor(views.state),
    clearMarks: () => library.clearSeen(address),
    retire: () => library.retire(address),
  }
}
