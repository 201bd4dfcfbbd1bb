/** The native state block in front of guest memory. */
import { offsetIn, readLayout, structHeader, type StructLayout } from './struct.ts'

interface StateLayout extends StructLayout {
  /** Unmapped bytes before and behind guest memory. */
  readonly guardBytes: number
}

export const stateLayout = readLayout<StateLayout>('state')

/** Why native code returned; the values of field `reason`. */
export const REASON_STEP = 1
export const REASON_STOP = 2

/** Byte offset of a field in the state block. */
export const stateOffset = (name: string): number => offsetIn(stateLayout, name)

const PAGE = 4096
/** Guests with more slots than this have tables of rounded sizes. */
const EXACT_SLOTS = 8192

/** Entries of the dispatch table. Those of large guests come in steps of about a tenth, so that a guest that grows a little keeps its constants. */
export function tableSlots(slots: number): number {
  if (slots <= EXACT_SLOTS) return slots
  const step = 2 ** (Math.floor(Math.log2(slots)) - 3)
  return Math.ceil(slots / step) * step
}

/** Bytes that the dispatch table of a guest with `slots` instruction slots takes, whole pages. */
export const tableBytes = (slots: number): number => Math.ceil((tableSlots(slots) * 8) / PAGE) * PAGE

/** The C declaration. */
export const stateHeader = (): string => structHeader(stateLayout, 'rvr_state', 'The state block in front of guest memory.')
