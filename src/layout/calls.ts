/** The area of mode `calls` in front of an instance's dispatch table: calling contexts and what leads to them. */
import { offsetIn, readLayout, structHeader, type StructLayout } from './struct.ts'

/** Where elements of one size lie: bytes from the area's start, and how many there are. */
interface Part {
  readonly offset: number
  readonly count: number
}

interface CallsStruct extends StructLayout {
  /** Frames of open calls. The first one is none: its `ret` is odd, so no return takes it. */
  readonly stack: Part
  /** Entries of the hash table at most, and at first. */
  readonly table: Part & { readonly least: number }
  /** By slot of the native code, index of its function, uint32 each; then OTHER's contexts, functions, contexts. */
  readonly functionOf: { readonly offset: number }
  /** Bytes of the area beside those for each slot of native code. */
  readonly room: number
  /** Bytes that a slot takes at most in `functionOf`, in the list of functions and in the contexts below OTHER. */
  readonly roomBySlot: number
  readonly frame: StructLayout
  readonly entry: StructLayout
  readonly function: StructLayout
  readonly context: StructLayout
}

export const callsStruct = readLayout<CallsStruct>('calls')

/** Byte offset of a field in the area. */
export const callsOffset = (name: string): number => offsetIn(callsStruct, name)
/** Byte offsets of a field in a frame, an entry of the table, a function of the list, a context. */
export const frameOffset = (name: string): number => offsetIn(callsStruct.frame, name)
export const entryOffset = (name: string): number => offsetIn(callsStruct.entry, name)
export const functionOffset = (name: string): number => offsetIn(callsStruct.function, name)
export const contextOffset = (name: string): number => offsetIn(callsStruct.context, name)

/** Bytes of a unit in which places are said. */
export const UNIT = 8

/** Ids of paths that have no context: what nobody called hangs on the first. */
export const PATH_NONE = 0
export const PATH_UNMATCHED = 1
export const PATH_OTHER = 2

/** What a key of the table says: a function that was called, or jumped to, or another step of the same path. */
export const KIND_CALL = 0
export const KIND_TAIL = 1
export const KIND_STEP = 2
export const KIND_SHIFT = 30

/** A context that a jump goes back up to, in the cache of the place that jumps: this bit is set. */
export const BACK = 2 ** 31

/** Levels of a path at most, but for functions that it does not have yet. */
export const MOST_DEPTH = 1000
/** Frames that a search of the stack looks at, and long ones that may find nothing; then they look at few. */
export const MOST_SEARCHED = 2 ** 16
export const LONG_SEARCHES = 1024
export const FEW_SEARCHED = 64

/** Bytes of a context of a function with so many slots: the struct, a signed count of 64 bits and a cache each. */
export const contextBytes = (slots: number): number => Math.ceil((callsStruct.context.bytes + slots * 12) / UNIT) * UNIT

const PAGE = 4096

/** Bytes of the area for a guest with so many slots, whole pages. What is not used is never touched. */
export const callsBytes = (slots: number): number =>
  callsStruct.room + Math.ceil((slots * callsStruct.roomBySlot) / PAGE) * PAGE

const constants = (): string => {
  const { stack, table, functionOf, frame, entry } = callsStruct
  const numbers = {
    CALLS_STACK: stack.offset,
    CALLS_LAST_FRAME: stack.offset + (stack.count - 1) * frame.bytes,
    CALLS_FRAME: frame.bytes,
    CALLS_TABLE: table.offset,
    CALLS_MOST_ENTRIES: table.count,
    CALLS_ENTRY: entry.bytes,
    CALLS_FUNCTION_OF: functionOf.offset,
    CALLS_UNIT: UNIT,
    PATH_NONE,
    PATH_UNMATCHED,
    PATH_OTHER,
    KIND_CALL,
    KIND_TAIL,
    KIND_STEP,
    KIND_SHIFT,
    MOST_DEPTH,
    MOST_SEARCHED,
    FEW_SEARCHED,
  }
  return Object.entries(numbers)
    .map(([name, value]) => `${name} = ${value}`)
    .join(', ')
}

/** The C declarations, the places of the area's parts, and the numbers of the rules. */
export function callsHeader(): string {
  const structs: readonly [StructLayout, string, string][] = [
    [callsStruct, 'rvr_calls', 'The area of mode calls in front of the dispatch table.'],
    [callsStruct.frame, 'rvr_frame', 'An open call.'],
    [callsStruct.entry, 'rvr_entry', 'What the table finds.'],
    [callsStruct.function, 'rvr_function', 'A function.'],
    [callsStruct.context, 'rvr_context', 'A calling context; counts by slot and caches by slot follow.'],
  ]
  const declarations = structs.map(([layout, tag, comment]) => structHeader(layout, tag, comment))
  const back = `static const uint32_t CALLS_BACK = 0x${BACK.toString(16)}u;`
  return `${declarations.join('')}enum { ${constants()} };\n${back}\n`
}
