/** Memory that a guest lives in: made by a library, or here for the reference interpreter, and seen by JavaScript. */
import type { MemoryWindow } from '../elf/image.ts'
import { RvrError } from '../errors.ts'
import { stateLayout, stateOffset, tableBytes } from '../layout/state.ts'
import { dropPages, mapAnew, mapMemory, unmap, viewMemory } from './host-memory.ts'

/** Where a guest's code lies, how many bytes its mode has in front of the instance, and what native code may access. */
export interface CodePlace {
  /** Address of the first slot. */
  readonly base: number
  readonly slots: number
  readonly areaBytes: number
  readonly direct: MemoryWindow
}

/** What makes instances. `memory` is the address of a guest's memory, as `create` returned it. */
export interface InstanceSource {
  /** A fresh instance with zeroed memory: the address of its guest memory; undefined where the host has no room. */
  create(code: CodePlace): bigint | undefined
  /** Gives the instance's pages back; views of it read zeros from then on. */
  retire(memory: bigint): void
  /** Unmaps the instance; no view of it may exist any more. */
  destroy(memory: bigint): void
}

/** @param bytes of guest memory */
export const noRoom = (bytes: number): RvrError =>
  new RvrError('INTERNAL', `the host has no room for another guest memory of ${bytes / 2 ** 20} MiB`, {
    hint: 'Dispose of runs that are no longer needed, or raise the limit on virtual memory (ulimit -v).',
  })

/** How an instance is laid out: the mode's area, dispatch table, state block and, behind a guard, guest memory. */
export interface InstanceShape {
  /** Of the dispatch table; 0 where there is none. */
  readonly tableSlots: number
  readonly areaBytes: number
  /** Of guest memory. */
  readonly memoryBytes: number
}

/** Bytes from the area's start to guest memory. */
const bytesBelow = ({ tableSlots, areaBytes }: Omit<InstanceShape, 'memoryBytes'>): number =>
  areaBytes + tableBytes(tableSlots) + stateLayout.bytes + stateLayout.guardBytes

const plainSources = new Map<string, InstanceSource>()

/** Instances for the reference interpreter, which has no code in them, beside an area of so many bytes. */
export function plainInstances(areaBytes: number, memoryBytes: number): InstanceSource {
  const key = `${areaBytes} ${memoryBytes}`
  const known = plainSources.get(key)
  if (known !== undefined) return known
  const below = bytesBelow({ tableSlots: 0, areaBytes })
  const whole = below + memoryBytes
  const source: InstanceSource = {
    create() {
      const start = mapMemory(whole)
      return start === undefined ? undefined : start + BigInt(below)
    },
    retire: memory => mapAnew(memory - BigInt(below), whole),
    destroy: memory => unmap(memory - BigInt(below), whole),
  }
  plainSources.set(key, source)
  return source
}

/** JavaScript views of an instance; zero-copy. */
export interface InstanceViews {
  /** Addresses of the entry functions, one per slot. */
  readonly table: BigUint64Array
  readonly registers: BigUint64Array
  /** The reservation, in one lane. */
  readonly reserved: BigUint64Array
  readonly state: DataView
  readonly memory: Uint8Array
  /** What the mode keeps in front of the table. */
  readonly area: { readonly buffer: ArrayBufferLike; readonly offset: number }
}

/** The memory that is mapped as long as somebody has a view of it, by what lies in front of it. */
const fronts = new WeakMap<object, object>()

/**
 * Maps views over the instance at `memory`. To V8 each is as much memory as it could show, so it collects garbage after
 * some of them: they are to be kept.
 */
export function viewInstance(memory: bigint, shape: InstanceShape): InstanceViews {
  const { tableSlots, areaBytes, memoryBytes } = shape
  const block = areaBytes + tableBytes(tableSlots)
  const front = viewMemory(memory - BigInt(bytesBelow(shape)), block + stateLayout.bytes)
  const whole = viewMemory(memory, memoryBytes)
  fronts.set(front, whole)
  return {
    table: new BigUint64Array(front, areaBytes, tableSlots),
    registers: new BigUint64Array(front, block + stateOffset('x'), 32),
    reserved: new BigUint64Array(front, block + stateOffset('reservation'), 1),
    state: new DataView(front, block, stateLayout.bytes),
    memory: new Uint8Array(whole),
    area: { buffer: front, offset: 0 },
  }
}

/** What of the state block belongs to the instance, whoever lives in it. */
const LASTING = new Set(['filler', 'floor'])
const fieldBytes = { uint8_t: 1, uint16_t: 2, uint32_t: 4, int32_t: 4, int64_t: 8, uint64_t: 8 }

/**
 * Makes everything zero that a guest, its mode or its host may have written: registers, memory and area; code and
 * dispatch table stay. False where the system has not done it: then nobody else may live there.
 */
export function clearInstance(memory: bigint, shape: InstanceShape, { state }: InstanceViews): boolean {
  const { areaBytes, memoryBytes } = shape
  if (!dropPages(memory, memoryBytes)) return false
  if (areaBytes > 0 && !dropPages(memory - BigInt(bytesBelow(shape)), areaBytes)) return false
  const block = new Uint8Array(state.buffer, state.byteOffset, state.byteLength)
  for (const { name, type, count = 1, offset } of stateLayout.fields)
    if (!LASTING.has(name)) block.fill(0, offset, offset + count * fieldBytes[type])
  return true
}
