/** The memory that a `linux` guest has mapped, as a value: disjoint ranges of whole pages in ascending order. */

export interface Mapping {
  readonly from: number
  /** First address behind it. */
  readonly to: number
  /** It began as a copy of a file. */
  readonly isFile: boolean
}

/** Ranges that a guest may have: what looks for room goes through all of them. */
export const MOST_MAPPINGS = 4096

const overlaps = (mapping: Mapping, from: number, to: number): boolean => mapping.from < to && from < mapping.to

export const isFree = (mappings: readonly Mapping[], from: number, to: number): boolean =>
  !mappings.some(mapping => overlaps(mapping, from, to))

/** What is left without the addresses from `from` up to `to`. */
export function without(mappings: readonly Mapping[], from: number, to: number): Mapping[] {
  return mappings.flatMap(mapping => {
    if (!overlaps(mapping, from, to)) return [mapping]
    const below = { ...mapping, to: from }
    const above = { ...mapping, from: to }
    return [below, above].filter(part => part.from < part.to)
  })
}

/** The parts of mappings between `from` and `to`. */
export const within = (mappings: readonly Mapping[], from: number, to: number): Mapping[] =>
  mappings
    .filter(mapping => overlaps(mapping, from, to))
    .map(mapping => ({ ...mapping, from: Math.max(from, mapping.from), to: Math.min(to, mapping.to) }))

/** With one more, in the place of what was there; neighbours of one kind become one. */
export function withMapping(mappings: readonly Mapping[], added: Mapping): Mapping[] {
  const all = [...without(mappings, added.from, added.to), added].toSorted((a, b) => a.from - b.from)
  const merged: Mapping[] = []
  for (const mapping of all) {
    const last = merged.at(-1)
    if (last !== undefined && last.to === mapping.from && last.isFile === mapping.isFile)
      merged[merged.length - 1] = { ...last, to: mapping.to }
    else merged.push(mapping)
  }
  return merged
}

/** The highest free range of so many bytes between `bottom` and `top`: its first address; undefined: there is none. */
export function highestFree(
  mappings: readonly Mapping[],
  bytes: number,
  { bottom, top }: { readonly bottom: number; readonly top: number },
): number | undefined {
  let end = top
  for (const { from, to } of mappings.toReversed()) {
    if (to <= end && end - to >= bytes) break
    end = Math.min(end, from)
  }
  return end - bytes >= bottom ? end - bytes : undefined
}
