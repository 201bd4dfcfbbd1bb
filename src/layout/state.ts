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
/** Bytes that the dispatch table of `slots` entries takes, whole pages. */
export const tableBytes = (slots: number): number => Math.ceil((slots * 8) / PAGE) * PAGE

/** The C declaration. */
export const stateHeader = (): string => structHeader(stateLayout, 'rvr_state', 'The state block in front of guest memory.')
