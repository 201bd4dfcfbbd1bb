/** The C functions that check segments (templates/check/run.h), bound, and the form of what they find. */
import type { NativeFunction, NativeFunctions } from '../../../load/native-functions.ts'

const SEGMENT = ['void *', 'uint64_t', 'void *', 'void *', 'void *']
const CREW = ['uint32_t', 'void *', 'void *']

/** Result and parameters by name. */
const prototypes = {
  rvr_check: ['int32_t', [...SEGMENT, ...CREW, 'void *']],
  rvr_check_find: ['int32_t', [...SEGMENT, ...CREW, 'void *', 'void *']],
} as const satisfies Readonly<Record<string, readonly [result: string, parameters: readonly string[]]>>

/** Of a library that was made with the AIRs of the segments that it is asked about. */
export type CheckLibrary = Readonly<Record<keyof typeof prototypes, NativeFunction>>

export function bindCheck(library: NativeFunctions): CheckLibrary {
  const bound = Object.entries(prototypes).map(([name, [result, parameters]]) => [
    name,
    library.func(name, result, [...parameters]),
  ])
  return Object.fromEntries(bound) as CheckLibrary
}

/** Numbers that a result has of each AIR, and of each message that was found. */
export const MOST_ROWS = 10
export const OF_AIR = 3 + MOST_ROWS
export const MOST_FOUND = 10
export const MOST_PLACES = 6
export const OF_FOUND = 2 + MOST_PLACES
