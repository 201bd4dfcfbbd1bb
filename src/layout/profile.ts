/** The profile area of an instance in front of its dispatch table: a signed 64-bit count for each instruction slot. */

const PAGE = 4096

/** Bytes of the area for a guest with so many slots, whole pages. */
export const profileBytes = (slots: number): number => Math.ceil((slots * 8) / PAGE) * PAGE
