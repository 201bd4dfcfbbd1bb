/** Memory of guests that is kept for the next one: to make views of it costs far more than a short run. */
import { clearInstance, noRoom, viewInstance } from '../load/instance.ts'
import type { CodePlace, InstanceShape, InstanceSource, InstanceViews } from '../load/instance.ts'

/** Instances of one kind can take each other's place. */
export interface InstanceKind extends InstanceShape {
  readonly source: InstanceSource
  /** Digest of the guest whose code is in it; undefined where it has none. */
  readonly guest: string | undefined
  readonly code: CodePlace
}

/** Memory of a guest as this thread sees it. */
export interface Instance extends InstanceKind {
  /** A number that no other one of this process ever has. */
  readonly id: number
  /** The address of guest memory. */
  readonly memory: bigint
  readonly views: InstanceViews
}

/**
 * What waits for a guest has no pages but those of its code or dispatch table and its state block: so many instances,
 * and so many bytes of code and tables in all, are kept.
 */
export const MOST_WAITING = 16
const MOST_CODE_BYTES = 64 << 20
/** At most, for each slot. */
const CODE_BYTES = 16

const codeBytes = ({ code, guest }: InstanceKind): number => (guest === undefined ? 0 : code.slots * CODE_BYTES)

const isOfKind = (kept: InstanceKind, { source, guest, code }: InstanceKind): boolean =>
  kept.source === source &&
  kept.guest === guest &&
  kept.code.base === code.base &&
  kept.code.slots === code.slots &&
  kept.code.areaBytes === code.areaBytes

let nextId = 1

/** Unmaps an instance when no view of it can exist any more. */
const unmapped = new FinalizationRegistry<Pick<Instance, 'source' | 'memory'>>(({ source, memory }) =>
  source.destroy(memory),
)

export class Instances {
  /** Those that nobody uses, the one used last at the end. */
  readonly #waiting: Instance[] = []
  #codeBytes = 0
  #isClosed = false
  /** How many were made, and how often one was used again. */
  created = 0
  reused = 0

  /** How many wait for a guest. */
  get waiting(): number {
    return this.#waiting.length
  }

  /** An instance whose memory, registers and area are all zero. @throws RvrError `INTERNAL` (no room). */
  take(kind: InstanceKind): Instance {
    const index = this.#waiting.findLastIndex(kept => isOfKind(kept, kind))
    if (index >= 0) {
      this.reused++
      return this.#remove(index)
    }
    const { source, code, memoryBytes } = kind
    const memory = source.create(code)
    if (memory === undefined) throw noRoom(memoryBytes)
    const views = viewInstance(memory, kind)
    unmapped.register(views.memory.buffer, { source, memory })
    this.created++
    return { ...kind, id: nextId++, memory, views }
  }

  /** Takes an instance back for another guest. Nobody may look at its memory any more, nor run in it. */
  giveBack(instance: Instance): void {
    const { memory, views } = instance
    if (this.#isClosed || !clearInstance(memory, instance, views)) {
      retire(instance)
      return
    }
    this.#waiting.push(instance)
    this.#codeBytes += codeBytes(instance)
    while (this.#waiting.length > MOST_WAITING || this.#codeBytes > MOST_CODE_BYTES) retire(this.#remove(0))
  }

  /** Gives up what waits. */
  drop(): void {
    while (this.#waiting.length > 0) retire(this.#remove(0))
  }

  /** The same, and from now on everything that comes back. */
  close(): void {
    this.#isClosed = true
    this.drop()
  }

  #remove(index: number): Instance {
    const [instance] = this.#waiting.splice(index, 1)
    this.#codeBytes -= codeBytes(instance!)
    return instance!
  }
}

/** Gives an instance's pages back for good; its views, wherever there are some, read zeros from then on. */
export function retire({ source, memory }: Instance): void {
  source.retire(memory)
}
