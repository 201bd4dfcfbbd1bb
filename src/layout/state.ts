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
/** As the first, behind a jump to a place that is no entry; told apart for guests with autoprecompiles alone. */
export const REASON_ASTRAY = 3

/** Byte offset of a field in the state block. */
export const stateOffset = (name: string): number => offsetIn(stateLayout, name)

const PAGE = 4096
/**
 * Bytes that the dispatch table of `slots` entries takes: whole pages, and for large tables steps of about a tenth, so
 * that what lies around it stays in its place when a guest grows a little. Nobody touches what is too much.
 */
export function tableBytes(slots: number): number {
  const bytes = slots * 8
  const step = Math.max(PAGE, 2 ** (Math.floor(Math.log2(bytes)) - 3))
  return Math.ceil(bytes / step) * step
}

/** The C declaration; `reserves`: its guests may have instructions that reserve words. */
export function stateHeader(reserves: boolean): string {
  const fields = reserves ? stateLayout.fields : stateLayout.fields.filter(({ name }) => name !== 'reservation')
  return structHeader({ ...stateLayout, fields }, 'rvr_state', 'The state block in front of guest memory.')
}
