/** Pages of a guest's memory that are not zero. */
export const PAGE_BYTES = 4096
/** Looked at as a whole first, because most of it was never touched; then page by page. */
export const STRETCH_BYTES = 1 << 20

const zeros = Buffer.alloc(STRETCH_BYTES)

/** Are all bytes zero? STRETCH_BYTES at most. */
export const isZero = (bytes: Uint8Array): boolean => Buffer.compare(bytes, zeros.subarray(0, bytes.length)) === 0

/** Their numbers, ascending. */
export function nonzeroPages(memory: Uint8Array): number[] {
  const numbers: number[] = []
  for (let from = 0; from < memory.length; from += STRETCH_BYTES) {
    const stretch = memory.subarray(from, from + STRETCH_BYTES)
    if (isZero(stretch)) continue
    for (let at = 0; at < stretch.length; at += PAGE_BYTES)
      if (!isZero(stretch.subarray(at, at + PAGE_BYTES))) numbers.push((from + at) / PAGE_BYTES)
  }
  return numbers
}

/** Pages of these numbers, one after another: a copy. */
export function copyPages(memory: Uint8Array, numbers: readonly number[]): Uint8Array<ArrayBuffer> {
  const pages = new Uint8Array(numbers.length * PAGE_BYTES)
  for (const [index, number] of numbers.entries())
    pages.set(memory.subarray(number * PAGE_BYTES, (number + 1) * PAGE_BYTES), index * PAGE_BYTES)
  return pages
}
