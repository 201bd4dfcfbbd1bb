/** The area of mode `calls` as TypeScript sees it: the functions that it knows, its head and its numbers. */
import type { Image } from '../../elf/image.ts'
import { RvrError } from '../../errors.ts'
import type { AreaPlace } from '../../layout/area.ts'
import {
  callsBytes,
  callsOffset,
  callsStruct,
  contextBytes,
  contextOffset,
  functionOffset,
  KIND_CALL,
  PATH_OTHER,
  UNIT,
} from '../../layout/calls.ts'
import type { SlotBytes } from '../../isa/row.ts'
import { nativeCode } from '../../program/lift.ts'
import { pcOf, slotOf, type SlotPlaces } from '../../program/slots.ts'
import { functionAt, functionsOf, type Functions } from './functions.ts'

/** Places of fields in the area's words. */
const word = (name: string): number => callsOffset(name) / 4
export const HEAD = {
  current: word('current'),
  step: word('step'),
  top: word('top'),
  used: word('used'),
  limit: word('limit'),
  first: word('first'),
  functions: word('functions'),
  entries: word('entries'),
  mask: word('mask'),
  budget: word('budget'),
  unmatched: word('unmatched'),
  skipped: word('skipped'),
  forgotten: word('forgotten'),
} as const

const field = (name: string): number => contextOffset(name) / 4
/** The same behind the first word of a context; counters follow. */
export const CONTEXT = {
  path: field('path'),
  parent: field('parent'),
  function: field('function'),
  kind: field('kind'),
  step: field('step'),
  depth: field('depth'),
  start: field('start'),
  slots: field('slots'),
  calls: field('calls'),
  touches: field('touches'),
  counters: callsStruct.context.bytes / 4,
} as const

const FUNCTION = {
  start: functionOffset('start') / 4,
  slots: functionOffset('slots') / 4,
  other: functionOffset('other') / 4,
  words: callsStruct.function.bytes / 4,
} as const

/** Words of a unit in which places are said. */
export const UNIT_WORDS = UNIT / 4
const UINT = 2 ** 32

const FUNCTION_OF = callsStruct.functionOf.offset / 4

export class CallArea {
  readonly u32: Uint32Array
  readonly i32: Int32Array
  readonly functions: Functions
  /** Are calls open whose contexts had no room in an earlier job? Those below OTHER count from the start then. */
  countsOthers = false
  /** Units of the largest context. */
  readonly largest: number
  /** The code that counters and `functionOf` are for. */
  readonly #code: SlotPlaces
  readonly #slots: number

  /** Writes down the functions, unless that was done for an earlier job. */
  constructor(image: Image, slotBytes: SlotBytes, { buffer, offset }: AreaPlace) {
    const { base, slots } = nativeCode(image, slotBytes)
    const bytes = callsBytes(slots)
    this.u32 = new Uint32Array(buffer, offset, bytes / 4)
    this.i32 = new Int32Array(buffer, offset, bytes / 4)
    this.functions = functionsOf(image, slotBytes)
    this.#code = { base, slotBytes }
    this.#slots = slots
    let largest = 0
    for (let index = 0; index < this.functions.starts.length; index++) largest = Math.max(largest, this.slotsOf(index))
    this.largest = contextBytes(largest) / UNIT
    if (this.u32[HEAD.functions] === 0) this.#writeFunctions(bytes / UNIT)
  }

  /** Slots of a function that have counters in the area: all of native code, none of other executable segments. */
  slotsOf(index: number): number {
    const start = this.functions.starts[index]!
    const end = Math.min(this.functions.ends[index]!, pcOf(this.#code, this.#slots))
    return start < this.#code.base ? 0 : Math.max(0, end - start) / this.#code.slotBytes
  }

  /** Where the code's slots are. */
  get code(): SlotPlaces {
    return this.#code
  }

  /** -1 where there is no slot. */
  functionAt(pc: number): number {
    const slot = slotOf(this.#code, pc)
    if (slot >= 0 && slot < this.#slots && Number.isInteger(slot)) return this.u32[FUNCTION_OF + slot]!
    return pc % this.#code.slotBytes === 0 ? functionAt(this.functions, pc) : -1
  }

  /** Place of the function's context below OTHER. */
  otherOf(index: number): number {
    return this.u32[this.u32[HEAD.functions]! * UNIT_WORDS + index * FUNCTION.words + FUNCTION.other]!
  }

  /** First word of the context at a place. */
  wordOf(context: number): number {
    return context * UNIT_WORDS
  }

  /** A field of the context at a place. */
  get(context: number, at: number): number {
    return this.u32[context * UNIT_WORDS + at]!
  }

  /** Bytes of the context at a place, in units. */
  sizeOf(context: number): number {
    return contextBytes(this.get(context, CONTEXT.slots)) / UNIT
  }

  /** A number of 64 bits, at a word; it is below 2^53. */
  wide(at: number): number {
    return this.i32[at + 1]! * UINT + this.u32[at]!
  }

  add(at: number, count: number): void {
    const low = this.u32[at]! + count
    this.u32[at] = low
    if (low < 0 || low >= UINT) this.i32[at + 1]! += Math.floor(low / UINT)
  }

  #writeFunctions(limit: number): void {
    const { u32, functions } = this
    const count = functions.starts.length
    const list = Math.ceil((FUNCTION_OF + this.#slots) / UNIT_WORDS)
    let place = Math.ceil((list * UNIT_WORDS + count * FUNCTION.words) / UNIT_WORDS)
    const fixed = functions.starts.reduce((sum, _, index) => sum + contextBytes(this.slotsOf(index)) / UNIT, place)
    if (fixed > limit) {
      throw new RvrError('INTERNAL', `the guest has ${count} functions, for which mode calls has no room`, {
        hint: 'Use mode profile.',
      })
    }
    for (let index = 0; index < count; index++) {
      const start = functions.starts[index]!
      const slots = this.slotsOf(index)
      const entry = list * UNIT_WORDS + index * FUNCTION.words
      u32[entry + FUNCTION.start] = start
      u32[entry + FUNCTION.slots] = slots
      u32[entry + FUNCTION.other] = place
      const first = FUNCTION_OF + slotOf(this.#code, start)
      if (slots > 0) u32.fill(index, first, first + slots)
      this.write(place, { path: place, parent: PATH_OTHER, function: index, kind: KIND_CALL, step: 0, depth: 1 })
      place += contextBytes(slots) / UNIT
    }
    u32[HEAD.first] = place
    u32[HEAD.limit] = limit
    u32[HEAD.functions] = list
  }

  /** Writes a context where nothing is. */
  write(place: number, { path, parent, function: of, kind, step, depth }: NewContext): void {
    const at = place * UNIT_WORDS
    this.u32[at + CONTEXT.path] = path
    this.u32[at + CONTEXT.parent] = parent
    this.u32[at + CONTEXT.function] = of
    this.u32[at + CONTEXT.kind] = kind
    this.i32[at + CONTEXT.step] = step
    this.u32[at + CONTEXT.depth] = depth
    this.u32[at + CONTEXT.start] = this.functions.starts[of]!
    this.u32[at + CONTEXT.slots] = this.slotsOf(of)
  }
}

export interface NewContext {
  /** Ids of its path and of the caller's. */
  readonly path: number
  readonly parent: number
  readonly function: number
  readonly kind: number
  readonly step: number
  readonly depth: number
}
