/** System calls on memory: brk, mmap, munmap, mremap, mprotect, madvise. No access right is enforced. */
import type { SystemCall, SystemHandler } from './call.ts'
import { EEXIST, EFAULT, EINVAL, ENODEV, ENOMEM } from './errno.ts'
import { copyOfFile } from './files/mapped.ts'
import { mappingsEnd, PAGE_BYTES, pageUp } from './layout.ts'
import { highestFree, isFree, MOST_MAPPINGS, within, without, withMapping, type Mapping } from './mappings.ts'

const MAP_TYPE = 0x0f
const MAP_PRIVATE = 0x02
const MAP_FIXED = 0x10
const MAP_ANONYMOUS = 0x20
const MAP_FIXED_NOREPLACE = 0x10_0000
const MREMAP_MAYMOVE = 1
const MADV_DONTNEED = 4
const MADV_FREE = 8

/**
 * brk(address): the new break, or the unchanged one where the request is impossible. Pages that are given back read as
 * zero later.
 */
export const brk: SystemHandler = ({ hart, host, argument }) => {
  const wanted = argument(0)
  const limit = host.mappings.find(({ from }) => from >= host.brk)?.from ?? mappingsEnd(hart.memory.length)
  if (wanted < BigInt(host.brkStart) || wanted > BigInt(limit)) return host.brk
  const next = Number(wanted)
  if (next < host.brk) hart.memory.fill(0, pageUp(next), pageUp(host.brk))
  host.brk = next
  return next
}

/** Whole pages, all of them inside of guest memory. */
interface Range {
  readonly from: number
  readonly to: number
}

/** The pages that `length` bytes at `address` touch; undefined where they are none, or not in guest memory. */
function rangeOf({ hart }: SystemCall, address: bigint, length: bigint): Range | undefined {
  const end = BigInt(hart.memory.length)
  if (length === 0n || address % BigInt(PAGE_BYTES) !== 0n || address > end || length > end - address) return undefined
  return { from: Number(address), to: Number(address) + pageUp(Number(length)) }
}

/** Where a mapping without a fixed place goes: where the guest would like it, else as high as there is room. */
function placeFor({ hart, host }: SystemCall, hint: bigint, bytes: number): number | undefined {
  const bounds = { bottom: pageUp(host.brk), top: mappingsEnd(hart.memory.length) }
  const wanted = hint - (hint % BigInt(PAGE_BYTES))
  if (wanted >= BigInt(bounds.bottom) && wanted + BigInt(bytes) <= BigInt(bounds.top)) {
    const from = Number(wanted)
    if (isFree(host.mappings, from, from + bytes)) return from
  }
  return highestFree(host.mappings, bytes, bounds)
}

/** The range gets pages of zeros and counts as mapped; undefined where the guest has too many mappings. */
function map({ hart, host }: SystemCall, added: Mapping): Mapping | undefined {
  const mappings = withMapping(host.mappings, added)
  if (mappings.length > MOST_MAPPINGS) return undefined
  // What is free reads as zero already.
  for (const { from, to } of within(host.mappings, added.from, added.to)) hart.memory.fill(0, from, to)
  host.mappings = mappings
  return added
}

function unmap({ hart, host }: SystemCall, { from, to }: Range): number {
  const mappings = without(host.mappings, from, to)
  if (mappings.length > MOST_MAPPINGS) return -ENOMEM
  for (const part of within(host.mappings, from, to)) hart.memory.fill(0, part.from, part.to)
  host.mappings = mappings
  return 0
}

/** mmap(address, length, protection, flags, fd, offset); the offset counts pages on RV32. */
export const mmap: SystemHandler = call => {
  const { hart, host, argument, int } = call
  const [hint, length, flags] = [argument(0), argument(1), int(3)]
  const isAnonymous = (flags & MAP_ANONYMOUS) !== 0
  const offset = argument(5) * (hart.xlen === 32 ? BigInt(PAGE_BYTES) : 1n)
  if (length === 0n || offset % BigInt(PAGE_BYTES) !== 0n || (flags & MAP_TYPE) === 0) return -EINVAL
  if (length > BigInt(hart.memory.length)) return -ENOMEM
  // Nobody shares what a guest maps; a file that would change with it is another thing.
  if ((flags & MAP_TYPE) !== MAP_PRIVATE && !isAnonymous) return -ENODEV
  const source = isAnonymous ? undefined : copyOfFile(host, int(4), offset)
  if (typeof source === 'number') return source
  const bytes = pageUp(Number(length))
  const isFixed = (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) !== 0
  const fixed = isFixed ? rangeOf(call, hint, length) : undefined
  if (isFixed && fixed === undefined) return hint % BigInt(PAGE_BYTES) === 0n ? -ENOMEM : -EINVAL
  if (fixed !== undefined && (flags & MAP_FIXED_NOREPLACE) !== 0 && !isFree(host.mappings, fixed.from, fixed.to))
    return -EEXIST
  const from = fixed?.from ?? placeFor(call, hint, bytes)
  if (from === undefined) return -ENOMEM
  const added = map(call, { from, to: from + bytes, isFile: source !== undefined })
  if (added === undefined) return -ENOMEM
  // It may lie on what was never mapped: data of the program, its heap, its stack.
  if (fixed !== undefined) hart.memory.fill(0, fixed.from, fixed.to)
  const failed = source?.(hart.memory.subarray(from, from + bytes)) ?? 0
  if (failed < 0) unmap(call, added)
  return failed < 0 ? failed : from
}

/** munmap(address, length): the pages read as zero when they are mapped again. */
export const munmap: SystemHandler = call => {
  const range = rangeOf(call, call.argument(0), call.argument(1))
  return range === undefined ? -EINVAL : unmap(call, range)
}

/** mremap(address, old length, length, flags): in place where there is room, else moved if that is allowed. */
export const mremap: SystemHandler = call => {
  const { hart, host, argument, int } = call
  const [address, length, flags] = [argument(0), argument(2), int(3)]
  const old = rangeOf(call, address, argument(1))
  if (old === undefined || length === 0n || (flags & ~MREMAP_MAYMOVE) !== 0) return -EINVAL
  if (length > BigInt(hart.memory.length)) return -ENOMEM
  const mapping = host.mappings.find(({ from, to }) => from <= old.from && old.to <= to)
  if (mapping === undefined) return -EFAULT
  const bytes = pageUp(Number(length))
  const end = old.from + bytes
  if (end <= old.to) {
    const shrunk = end === old.to ? 0 : unmap(call, { from: end, to: old.to })
    return shrunk < 0 ? shrunk : old.from
  }
  const { isFile } = mapping
  if (end <= mappingsEnd(hart.memory.length) && isFree(host.mappings, old.to, end))
    return map(call, { from: old.to, to: end, isFile }) === undefined ? -ENOMEM : old.from
  if ((flags & MREMAP_MAYMOVE) === 0) return -ENOMEM
  const from = placeFor(call, 0n, bytes)
  if (from === undefined || map(call, { from, to: from + bytes, isFile }) === undefined) return -ENOMEM
  hart.memory.copyWithin(from, old.from, old.to)
  unmap(call, old)
  return from
}

/** mprotect(address, length, protection): all of guest memory stays readable and writable. */
export const mprotect: SystemHandler = call => {
  const [address, length] = [call.argument(0), call.argument(1)]
  if (address % BigInt(PAGE_BYTES) !== 0n) return -EINVAL
  return length === 0n || rangeOf(call, address, length) !== undefined ? 0 : -ENOMEM
}

/** madvise(address, length, advice): advice that takes contents away does so; all other is no more than advice. */
export const madvise: SystemHandler = call => {
  const { hart, host, argument, int } = call
  const advice = int(2)
  if (argument(1) === 0n) return 0
  const range = rangeOf(call, argument(0), argument(1))
  if (range === undefined) return -EINVAL
  if (advice !== MADV_DONTNEED && advice !== MADV_FREE) return 0
  const parts = within(host.mappings, range.from, range.to)
  // The file's contents would have to come back.
  if (parts.some(({ isFile }) => isFile)) return -EINVAL
  for (const { from, to } of parts) hart.memory.fill(0, from, to)
  const heapEnd = pageUp(host.brk)
  if (range.from < heapEnd && range.to > host.brkStart)
    hart.memory.fill(0, Math.max(range.from, host.brkStart), Math.min(range.to, heapEnd))
  return 0
}
