/** The tape area of an instance in front of its dispatch table: how many words the tape has there, then the words. */

/** Bytes of the whole area. What is not used is never touched. */
export const TAPE_AREA_BYTES = 2 ** 21

/** Bytes in front of the words; the first eight are their number. */
export const TAPE_HEADER_BYTES = 64
