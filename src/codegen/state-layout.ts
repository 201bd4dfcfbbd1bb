/** The native state block: read from its one definition (ffi/abi/state.json) for the C header and for the host's views. */
import { readFileSync } from 'node:fs'

interface Field {
  readonly name: string
  readonly type: string
  readonly count?: number
  readonly offset: number
  readonly about: string
}

interface StateLayout {
  readonly bytes: number
  readonly guardBytes: number
  readonly fields: readonly Field[]
}

export const stateLayout: StateLayout = JSON.parse(readFileSync(new URL('../../ffi/abi/state.json', import.meta.url), 'utf8')) as StateLayout

/** Why native code returned; the values of field `reason`. */
export const REASON_STEP = 1
export const REASON_STOP = 2

/** Byte offset of a field in the state block. */
export function stateOffset(name: string): number {
  const field = stateLayout.fields.find(candidate => candidate.name === name)
  if (field === undefined) throw new Error(`no state field ${name}`)
  return field.offset
}

const PAGE = 4096
/** Bytes that the dispatch table of `slots` entries takes, whole pages. */
export const tableBytes = (slots: number): number => Math.ceil((slots * 8) / PAGE) * PAGE

/** The struct's C declaration with an assertion for each offset. */
export function stateHeader(): string {
  const lines = ['/* The state block in front of guest memory. */', 'struct rvr_state {']
  for (const field of stateLayout.fields) lines.push(`  ${field.type} ${field.name}${field.count === undefined ? '' : `[${field.count}]`}; /* ${field.about} */`)
  lines.push('};')
  for (const field of stateLayout.fields) lines.push(`_Static_assert(__builtin_offsetof(struct rvr_state, ${field.name}) == ${field.offset}, "offset of ${field.name}");`)
  lines.push(`_Static_assert(sizeof(struct rvr_state) <= ${stateLayout.bytes}, "size of the state block");`)
  return lines.join('\n') + '\n'
}
