/** Marks of the memory leaves that a block touches: a test for each leaf, or one for several close together. */
import type { LeafBytes } from '../../layout/meter.ts'
import type { AccessGroup } from '../mode.ts'

/** Leaves that one 64-bit word of marks covers. */
const WINDOW = 8

type Access = AccessGroup['accesses'][number]

/** `base + offset` as an unsigned 64-bit address. */
export function addressText(base: string, offset: number): string {
  if (offset === 0) return `(uint64_t)${base}`
  return offset < 0 ? `(uint64_t)${base} - ${-offset}` : `(uint64_t)${base} + ${offset}`
}

/** Statements that mark exactly the leaves of the accesses; several share one call with a table. */
function touchAll(base: string, accesses: readonly Access[]): string {
  const inTable = accesses.length > 1 && accesses.every(({ offset }) => Math.abs(offset) < 2 ** 15)
  if (!inTable)
    return accesses.map(({ offset, width }) => `touch(m, ${addressText(base, offset)}, ${width});`).join(' ')
  const rows = accesses.map(
    ({ offset, width }, index) => `{ ${offset}, ${width}, ${index + 1 < accesses.length ? 1 : 0} }`,
  )
  return `static const struct rvr_access group[] = { ${rows.join(', ')} }; touch_group(m, (uint64_t)${base}, group);`
}

/**
 * The slow path marks each access by its exact bytes. So conditions may assume too much and never too little. Each is
 * unlikely by itself: of a whole that is unlikely compilers make arithmetic.
 */
function unless(conditions: readonly string[], base: string, accesses: readonly Access[]): string {
  const any = conditions.map(condition => `__builtin_expect(${condition}, 0)`).join(' || ')
  return `if (${any}) { ${touchAll(base, accesses)} }`
}

const unmarked = (base: string, offset: number): string => `!*seen(m, ${addressText(base, offset)})`
const misaligned = (base: string, offset: number, unit: number): string[] =>
  unit === 1 ? [] : [`((${addressText(base, offset)}) & ${unit - 1}) != 0`]
const end = ({ offset, width }: Access): number => offset + width

/** Statements that mark all leaves of a group. */
export function touchStatements({ base, isStackPointer, accesses }: AccessGroup, leafBytes: LeafBytes): string[] {
  const sorted = [...new Map(accesses.map(access => [`${access.offset} ${access.width}`, access])).values()].toSorted(
    (a, b) => a.offset - b.offset || a.width - b.width,
  )
  // The stack pointer is 16-aligned by every ABI; other bases are as aligned as their widest access.
  const unit = isStackPointer ? leafBytes : sorted.reduce((most, { width }) => Math.max(most, width), 1)
  const lines: string[] = []
  for (let first = 0; first < sorted.length;) {
    const window = windowFrom(sorted.slice(first), unit, leafBytes)
    const beyond = sorted.findIndex((access, index) => index > first && end(access) > sorted[first]!.offset + leafBytes)
    const span = sorted.slice(first, beyond < 0 ? undefined : beyond)
    if (window !== undefined && window.length > span.length) {
      lines.push(windowTest(base, window, unit, leafBytes))
      first += window.length
    } else if (span.length === 1) {
      const { offset, width } = span[0]!
      lines.push(unless([unmarked(base, offset), ...misaligned(base, offset, width)], base, span))
      first++
    } else {
      // As many bytes as a leaf has lie in one leaf or two: those of the first and the last byte.
      lines.push(
        unless(
          [
            unmarked(base, span[0]!.offset),
            unmarked(base, span.reduce((most, access) => Math.max(most, end(access)), -Infinity) - 1),
          ],
          base,
          span,
        ),
      )
      first += span.length
    }
  }
  return lines
}

/** The first accesses that one word of marks covers, where that pays. */
function windowFrom(sorted: readonly Access[], unit: number, leafBytes: LeafBytes): Access[] | undefined {
  if (unit < 4) return undefined
  const from = Math.floor(sorted[0]!.offset / unit) * unit
  const window: Access[] = []
  for (const access of sorted) {
    // Within its unit an access crosses no leaf, wherever the base lies.
    if (access.offset % access.width !== 0 || end(access) - from > (WINDOW - (unit < leafBytes ? 1 : 0)) * leafBytes)
      break
    window.push(access)
  }
  const chunks = new Set(window.map(({ offset }) => Math.floor(offset / unit)))
  // A word costs about as much as two single marks, and twice that where the mask depends on the base.
  return chunks.size >= (unit === leafBytes ? 2 : 4) ? window : undefined
}

function windowTest(base: string, window: readonly Access[], unit: number, leafBytes: LeafBytes): string {
  const from = Math.floor(window[0]!.offset / unit) * unit
  const masks = Array.from({ length: leafBytes / unit }, (_, phase) => {
    const leaves = new Set(
      window.map(({ offset }) => Math.floor((phase * unit + Math.floor(offset / unit) * unit - from) / leafBytes)),
    )
    return `0x${[...leaves].reduce((mask, leaf) => mask | (0xffn << BigInt(8 * leaf)), 0n).toString(16)}u`
  })
  const phase = `(${addressText(base, from)}) >> ${Math.log2(unit)} & ${masks.length - 1}`
  const mask = masks.length === 1 ? masks[0]! : `(const uint64_t[]){ ${masks.join(', ')} }[${phase}]`
  // The alignment first: a misaligned base near 0 would put the word of marks outside all memory.
  return unless(
    [...misaligned(base, 0, unit), `(~*(u64 *)seen(m, ${addressText(base, from)}) & ${mask}) != 0`],
    base,
    window,
  )
}
