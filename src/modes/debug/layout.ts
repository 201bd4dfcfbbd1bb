/** The area of mode `debug`: a byte for each instruction slot. */

const PAGE_BYTES = 4096

/** Whole pages. */
export const areaBytes = (slots: number): number => Math.ceil((slots + 1) / PAGE_BYTES) * PAGE_BYTES
