/** Where stack and heap of a `linux` guest lie in guest memory. Addresses and sizes in bytes. */
import { MEMORY_BYTES } from '../../elf/image.ts'

export const PAGE_BYTES = 4096
/** First address behind the stack; the bytes above stay unused. */
export const STACK_END = MEMORY_BYTES - 8192
/** Memory that is kept for the stack: the break cannot grow into it. */
const STACK_BYTES = 8 * 2 ** 20
export const BREAK_LIMIT = STACK_END - STACK_BYTES
/** Room for argument texts and pointers on the stack. */
export const MAX_ARGUMENT_BYTES = 128 * 1024
