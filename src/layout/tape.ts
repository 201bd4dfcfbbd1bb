/** The tape area of an instance in front of its dispatch table: how many words the tape has, then the words. */

/** Bytes in front of the words; the first eight are their number. */
export const TAPE_HEADER_BYTES = 64

/** Bytes that the words of a job take at most. */
export const TAPE_BYTES = 2 ** 30

/** Bytes of the whole area, whole pages. What is not used is never touched, so it takes no memory. */
export const TAPE_AREA_BYTES = TAPE_BYTES + 4096
