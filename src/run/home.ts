/** Where a guest lives: an instance of a library or of no library, with the area of modes that have one. */
import { imageKey, type Image } from '../elf/image.ts'
import { createHart, type Hart } from '../program/hart.ts'
import type { SlotBytes } from '../isa/row.ts'
import { plainInstances } from '../load/instance.ts'
import { loadLibraryFile } from '../load/library.ts'
import type { LibraryFile } from '../load/library-file.ts'
import type { Machine } from '../machine/machine.ts'
import type { Site } from '../modes/collector.ts'
import type { Mode } from '../modes/mode.ts'
import { raiseFloor } from './engine.ts'
import { retire, type Instance, type Instances } from './instances.ts'
import type { NativePlace, Place } from './job.ts'
import { interpretedSite, nativeSite } from './site.ts'

/** The engine that a session runs on: a library file, or the interpreter alone. */
export type EngineChoice = NativeChoice | { readonly engine: 'interp' }

export interface NativeChoice {
  readonly engine: 'native'
  readonly library: LibraryFile
  readonly slots: number
  readonly slotBytes: SlotBytes
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

export interface Home {
  readonly choice: EngineChoice
  readonly place: Place
  /** Registers and memory: all zero behind `retire`. */
  readonly hart: Hart
  readonly site: Site
  /** Makes the guest come back soon. */
  interrupt(): void
  /** Somebody keeps a view of the memory, so no other guest may ever live in it. */
  expose(): void
  /** Gives the memory up. Nothing runs in it any more. */
  retire(): void
}

/** Who needs a home, and where homes come from. */
export interface Settling {
  readonly image: Image
  readonly machine: Machine
  readonly mode: Mode
  readonly instances: Instances
}

/** All-zero memory for a guest, and for its mode. */
export function settle(engine: EngineChoice, settling: Settling): Home {
  return engine.engine === 'interp' ? interpreted(settling) : native(engine, settling)
}

function interpreted({ image, machine, mode: { area }, instances }: Settling): Home {
  const areaBytes = area?.interpreted(machine) ?? 0
  const code = { base: 0, slots: 0, areaBytes, direct: image.memory }
  const { memory: window } = image
  const source = plainInstances(areaBytes, window.bytes)
  const kind = { source, guest: undefined, code, tableSlots: 0, areaBytes, memoryBytes: window.bytes }
  const instance = instances.take(kind)
  const { id, memory, views } = instance
  const place: Place = { engine: 'interp', instance: id, memory, window, areaBytes }
  const choice = { engine: 'interp' } as const
  return new InstanceHome({ choice, place, site: interpretedSite(place, views), image, instance, instances })
}

function native(engine: NativeChoice, { image, machine, mode: { area }, instances }: Settling): Home {
  const { slots, slotBytes, base, leastBudget, interprets } = engine
  const library = loadLibraryFile(engine.library, interprets)
  const areaBytes = area?.native(slots, machine) ?? 0
  const tableSlots = interprets === undefined ? slots : 0
  const code = { base, slots, areaBytes, direct: image.direct }
  const { memory: window } = image
  const shape = { tableSlots, areaBytes, memoryBytes: window.bytes }
  const instance = instances.take({ source: library, guest: imageKey(image), code, ...shape })
  const { id, memory, views } = instance
  const place: NativePlace = {
    engine: 'native',
    library: library.name,
    interprets,
    instance: id,
    memory,
    window,
    base,
    slots,
    slotBytes,
    areaBytes,
    leastBudget,
  }
  const site = nativeSite(library, place, views)
  return new InstanceHome({ choice: engine, place, site, image, instance, instances })
}

/** An instance as long as a guest has it. */
interface Lease {
  readonly instances: Instances
  readonly instance: Instance
  isExposed: boolean
}

/**
 * Takes the memory of runs back that nobody disposed of, when nobody can look at it any more. Where somebody has a view
 * of it, it stays as it is until that is gone.
 */
const abandoned = new FinalizationRegistry<Lease>(({ instances, instance, isExposed }) => {
  if (!isExposed) instances.giveBack(instance)
})

class InstanceHome implements Home {
  readonly choice: EngineChoice
  readonly place: Place
  readonly site: Site
  readonly #image: Image
  /** Undefined when it has been given up. */
  #lease: Lease | undefined
  #hart: Hart | undefined

  constructor({
    choice,
    place,
    site,
    image,
    instance,
    instances,
  }: Pick<Home, 'choice' | 'place' | 'site'> & Pick<Lease, 'instance' | 'instances'> & Pick<Settling, 'image'>) {
    const { views } = instance
    this.choice = choice
    this.place = place
    this.site = site
    this.#image = image
    this.#hart = createHart(image.xlen, views.memory, views, image.memory)
    this.#lease = { instances, instance, isExposed: false }
    abandoned.register(this.#hart, this.#lease, this.#lease)
  }

  get hart(): Hart {
    const { xlen, memory } = this.#image
    return (this.#hart ??= createHart(xlen, new Uint8Array(memory.bytes), undefined, memory))
  }

  interrupt(): void {
    if (this.#lease !== undefined) raiseFloor(this.#lease.instance.views.state)
  }

  expose(): void {
    if (this.#lease !== undefined) this.#lease.isExposed = true
  }

  retire(): void {
    const lease = this.#lease
    if (lease === undefined) return
    abandoned.unregister(lease)
    this.#lease = undefined
    const { instances, instance, isExposed } = lease
    // Who looks at it later sees zeros, in the same view or in another, and never another guest's memory.
    if (isExposed) retire(instance)
    else {
      this.#hart = undefined
      instances.giveBack(instance)
    }
  }
}
