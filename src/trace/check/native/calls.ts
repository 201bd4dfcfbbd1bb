/** The functions of the C that checks segments (templates/check/run.h), as koffi declares them and as they are called. */

const PARAMETERS = ['void *', 'uint64_t', 'void *', 'void *', 'void *', 'uint32_t', 'void *', 'void *'] as const

/** Result and parameters of each function. They run for long: to be called asynchronously. */
export const checkPrototypes = {
  rvr_check: { result: 'int32_t', parameters: [...PARAMETERS, 'void *'] },
  rvr_check_find: { result: 'int32_t', parameters: [...PARAMETERS, 'void *', 'void *'] },
} as const

type NativeCall = (...values: readonly unknown[]) => Promise<number>

/** Functions of a library that was made with the AIRs of the segments that it is asked about. */
export type CheckCalls = Readonly<Record<keyof typeof checkPrototypes, NativeCall>>

/** What they return. */
export const CHECK_DONE = 0
export const CHECK_CANCELLED = 1
export const CHECK_NO_MEMORY = 2

/** Numbers that a result has of each AIR, and of each message that was found. */
export const MOST_ROWS = 10
export const OF_AIR = 3 + MOST_ROWS
export const MOST_FOUND = 10
export const MOST_PLACES = 6
export const OF_FOUND = 2 + MOST_PLACES
