/** Where stack, heap and mappings of a `linux` guest lie in guest memory. Addresses and sizes in bytes. */

export const PAGE_BYTES = 4096
/** Room for the texts of arguments and environment, and the pointers to them, on the stack. */
export const MAX_ARGUMENT_BYTES = 128 * 1024
/** Memory that is kept for the stack: neither the break nor a mapping lies in it. */
export const STACK_BYTES = 8 * 2 ** 20
/** Bytes above the stack that stay unused. */
const ABOVE_STACK = 8192

/** First address behind the stack. */
export const stackEnd = (memoryBytes: number): number => memoryBytes - ABOVE_STACK
/** First address behind the break and the mappings, which grow downwards from there. */
export const mappingsEnd = (memoryBytes: number): number => stackEnd(memoryBytes) - STACK_BYTES

export const pageUp = (address: number): number => Math.ceil(address / PAGE_BYTES) * PAGE_BYTES
