/** Where a guest lives: a native instance or shared JavaScript memory, with the area of modes that have one. */
import { MEMORY_BYTES, type Image } from '../elf/image.ts'
import { createHart, type Hart } from '../program/hart.ts'
import { loadLibraryFile, viewInstance, type NativeLibrary } from '../load/library.ts'
import type { LibraryFile } from '../load/library-file.ts'
import type { Site } from '../modes/collector.ts'
import type { Mode } from '../modes/mode.ts'
import { raiseFloor } from './engine.ts'
import type { Place } from './job.ts'
import { interpretedSite, nativeSite } from './site.ts'

/** The engine that a session runs on: a library file, or the interpreter alone. */
export type EngineChoice = NativeChoice | { readonly engine: 'interp' }

export interface NativeChoice {
  readonly engine: 'native'
  readonly library: LibraryFile
  readonly slots: number
  readonly base: number
  /** Slots that hold a known instruction; undefined where they have not been counted. */
  readonly definedSlots?: number
  readonly leastBudget?: true
  /** The library is a native interpreter, which executes this mode. */
  readonly interprets?: string
}

/** An engine's name for people and programs. */
export type EngineName = 'native' | 'native-interp' | 'interp'

export function engineName(choice: EngineChoice): EngineName {
  if (choice.engine === 'interp') return 'interp'
  return choice.interprets === undefined ? 'native' : 'native-interp'
}

/** Unmaps an instance when no view of it can exist any more. */
const unmapped = new FinalizationRegistry<{ library: NativeLibrary; address: bigint }>(({ library, address }) =>
  library.destroy(address),
)

export interface Home {
  readonly choice: EngineChoice
  readonly place: Place
  readonly hart: Hart
  readonly site: Site
  /** Makes the guest come back soon. */
  readonly interrupt: () => void
  /** Gives the memory up. */
  readonly retire: () => void
}

/** Fresh memory for a guest, and for its mode. */
export function settle(engine: EngineChoice, image: Image, mode: Mode): Home {
  return engine.engine === 'interp' ? interpreted(image, mode) : native(engine, image, mode)
}

function interpreted({ xlen }: Image, { area: modeArea }: Mode): Home {
  const memory = new SharedArrayBuffer(MEMORY_BYTES)
  const registers = new SharedArrayBuffer(32 * 8)
  const areaBytes = modeArea?.interpreted ?? 0
  const area = areaBytes === 0 ? undefined : new SharedArrayBuffer(areaBytes)
  return {
    choice: { engine: 'interp' },
    place: { engine: 'interp', memory, registers, area },
    hart: createHart(xlen, new Uint8Array(memory), new BigUint64Array(registers)),
    site: interpretedSite(area),
    interrupt: () => {},
    retire: () => {},
  }
}

function native(engine: NativeChoice, { xlen }: Image, { area }: Mode): Home {
  const { slots, base, leastBudget, interprets } = engine
  const library = loadLibraryFile(engine.library, interprets)
  const areaBytes = area?.native(slots) ?? 0
  const memory = library.create({ base, slots, areaBytes })
  const views = viewInstance(memory, interprets === undefined ? slots : 0, MEMORY_BYTES, areaBytes)
  unmapped.register(views.memory.buffer, { library, address: memory })
  const instance = { engine: 'native', memory, slots, base, areaBytes, leastBudget, interprets } as const
  return {
    choice: engine,
    place: { ...instance, library: engine.library.name },
    hart: createHart(xlen, views.memory, views.registers),
    site: nativeSite(library, instance, views),
    interrupt: () => raiseFloor(views.state),
    retire: () => library.retire(memory),
  }
}
