/** Search in what is sorted. */

/** Index of the last of sorted values that is not above `most`; −1 where all are. */
export function lastAtMost(count: number, most: number, valueAt: (index: number) => number): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (valueAt(middle) <= most) low = middle + 1
    else high = middle
  }
  return low - 1
}
