/** What filling takes at most. */

/** Bytes of a segment's tables. */
export const DEFAULT_MEMORY_BYTES = 2 ** 31
