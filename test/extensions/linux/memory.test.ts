/** ABI linux, memory: brk, mmap, munmap, mremap, madvise, the same addresses every time. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { MEMORY_BYTES } from '../../../src/elf/image.ts'
import {
  highestFree,
  isFree,
  within,
  withMapping,
  without,
  type Mapping,
} from '../../../src/extensions/linux/mappings.ts'
import { randomSource } from '../../support/random.ts'
import { caller, DATA, scratch, type Caller } from './support.ts'

const PAGE = 4096
const TOP = MEMORY_BYTES - 8192 - 8 * 2 ** 20
const [MUNMAP, MREMAP, MMAP, MPROTECT, MADVISE, BRK] = [215, 216, 222, 226, 233, 214]
const PRIVATE = 2
const ANONYMOUS = 0x20
const FIXED = 0x10
const NOREPLACE = 0x10_0000
const [ENOMEM, EFAULT, EEXIST, ENODEV, EINVAL, EBADF] = [-12, -14, -17, -19, -22, -9]

const anonymous = (g: Caller, length: number, hint = 0, flags = 0): number =>
  g.call(MMAP, hint, length, 3, PRIVATE | ANONYMOUS | flags, -1, 0)
const bytes = (g: Caller, at: number): number[] => [...g.hart.memory.subarray(at, at + 3)]
/** Memory above what other tests clear. */
function fresh(xlen: 32 | 64): Caller {
  const g = caller({ xlen })
  g.hart.memory.fill(0, TOP - 2 ** 20, TOP)
  return g
}

describe.each([32, 64] as const)('RV%i', xlen => {
  test('mappings come from the top down, and are free again', () => {
    const g = fresh(xlen)
    const [a, b] = [anonymous(g, 1), anonymous(g, PAGE + 1)]
    expect([a, b]).toEqual([TOP - PAGE, TOP - 3 * PAGE])
    g.hart.memory.set([1, 2, 3], a)
    expect(g.call(MUNMAP, a, 1)).toBe(0)
    expect([anonymous(g, 2 * PAGE), anonymous(g, PAGE)]).toEqual([TOP - 5 * PAGE, a])
    expect(bytes(g, a)).toEqual([0, 0, 0])
    expect(g.call(MUNMAP, b, 4 * PAGE)).toBe(0)
    expect(g.host.mappings).toEqual([{ from: TOP - 5 * PAGE, to: TOP - 3 * PAGE, isFile: false }])
    expect([g.call(MUNMAP, 1, PAGE), g.call(MUNMAP, 0, 0), g.call(MUNMAP, 0, -PAGE)]).toEqual([EINVAL, EINVAL, EINVAL])
  })

  test('a place that the guest names', () => {
    const g = fresh(xlen)
    const at = TOP - 0x40000
    expect(anonymous(g, PAGE, at + 5)).toBe(at)
    g.hart.memory.set([1, 2, 3], at)
    expect(anonymous(g, PAGE, at)).toBe(TOP - PAGE)
    expect(anonymous(g, PAGE, at, NOREPLACE)).toBe(EEXIST)
    expect(bytes(g, at)).toEqual([1, 2, 3])
    expect(anonymous(g, PAGE, at, FIXED)).toBe(at)
    expect(bytes(g, at)).toEqual([0, 0, 0])
    expect([anonymous(g, PAGE, at + 1, FIXED), anonymous(g, PAGE, MEMORY_BYTES, FIXED)]).toEqual([EINVAL, ENOMEM])
    expect([anonymous(g, 0), anonymous(g, MEMORY_BYTES), anonymous(g, -1)]).toEqual([EINVAL, ENOMEM, ENOMEM])
    expect(g.call(MMAP, 0, PAGE, 3, ANONYMOUS, -1, 0)).toBe(EINVAL)
  })

  test('a fixed place may lie on the heap: what was there is gone', () => {
    const g = fresh(xlen)
    const start = g.call(BRK, 0)
    g.call(BRK, start + 2 * PAGE)
    g.hart.memory.set([1, 2, 3], start + PAGE)
    expect([anonymous(g, PAGE, start + PAGE, FIXED), bytes(g, start + PAGE)]).toEqual([start + PAGE, [0, 0, 0]])
  })

  test('break and mappings share the room between them', () => {
    const g = fresh(xlen)
    const start = g.call(BRK, 0)
    const low = start + 16 * PAGE
    expect(anonymous(g, PAGE, low)).toBe(low)
    expect([g.call(BRK, low), g.call(BRK, low + 1)]).toEqual([low, low])
    expect(anonymous(g, TOP - low - PAGE)).toBe(low + PAGE)
    expect(anonymous(g, PAGE)).toBe(ENOMEM)
  })

  test('a mapping grows in place, or moves', () => {
    const g = fresh(xlen)
    const [a, b] = [anonymous(g, PAGE), anonymous(g, PAGE)]
    g.hart.memory.set([1, 2, 3], b)
    expect(g.call(MREMAP, b, PAGE, 2 * PAGE, 0)).toBe(ENOMEM)
    const moved = g.call(MREMAP, b, PAGE, 2 * PAGE, 1)
    expect([moved, bytes(g, moved), bytes(g, b)]).toEqual([TOP - 4 * PAGE, [1, 2, 3], [0, 0, 0]])
    expect(g.call(MREMAP, moved, 2 * PAGE, 3 * PAGE, 0)).toBe(moved)
    expect(g.call(MREMAP, moved, 3 * PAGE, PAGE, 0)).toBe(moved)
    expect(g.host.mappings).toEqual([
      { from: moved, to: moved + PAGE, isFile: false },
      { from: a, to: TOP, isFile: false },
    ])
    expect(g.call(MREMAP, 0, PAGE, PAGE, 0)).toBe(EFAULT)
    expect([g.call(MREMAP, a, PAGE, 0, 0), g.call(MREMAP, a, PAGE, PAGE, 2)]).toEqual([EINVAL, EINVAL])
  })

  test('a file that is mapped is a copy; a shared one is refused', () => {
    const directory = scratch()
    writeFileSync(join(directory, 'file'), `${'a'.repeat(PAGE)}bc`)
    const g = caller({ xlen, directories: [{ host: directory, guest: '/' }] })
    const fd = g.call(56, -100, '/file', 0)
    const page = xlen === 64 ? PAGE : 1
    const at = g.call(MMAP, 0, 3 * PAGE, 1, PRIVATE, fd, page)
    expect([g.text(at, 3), at]).toEqual(['bc\0', TOP - 3 * PAGE])
    writeFileSync(join(directory, 'file'), '')
    expect(g.text(at, 2)).toBe('bc')
    expect(g.call(MADVISE, at, PAGE, 4)).toBe(EINVAL)
    expect([g.call(MMAP, 0, PAGE, 1, 1, fd, 0), g.call(MMAP, 0, PAGE, 1, 3, fd, 0)]).toEqual([ENODEV, ENODEV])
    expect([g.call(MMAP, 0, PAGE, 1, PRIVATE, 9, 0), g.call(MMAP, 0, PAGE, 1, PRIVATE, 1, 0)]).toEqual([EBADF, ENODEV])
    if (xlen === 64) expect(g.call(MMAP, 0, PAGE, 1, PRIVATE, fd, 1)).toBe(EINVAL)
    g.call(MUNMAP, at, 3 * PAGE)
    expect(bytes(g, at)).toEqual([0, 0, 0])
  })

  test('advice that takes contents away does so; rights are not looked at', () => {
    const g = fresh(xlen)
    const at = anonymous(g, 2 * PAGE)
    g.hart.memory.set([1, 2, 3], at)
    g.hart.memory.set([1, 2, 3], at + PAGE)
    expect([g.call(MADVISE, at, PAGE, 3), bytes(g, at)]).toEqual([0, [1, 2, 3]])
    expect([g.call(MADVISE, at, PAGE, 4), bytes(g, at), bytes(g, at + PAGE)]).toEqual([0, [0, 0, 0], [1, 2, 3]])
    expect([g.call(MPROTECT, at, PAGE, 0), g.call(MPROTECT, 1, PAGE, 0)]).toEqual([0, EINVAL])
    expect(g.call(MPROTECT, MEMORY_BYTES, PAGE, 0)).toBe(ENOMEM)
  })
})

test('there is an end to the number of mappings', () => {
  const g = fresh(64)
  const at = anonymous(g, 2 ** 26)
  let made = 1
  for (let hole = at + PAGE; g.call(MUNMAP, hole, PAGE) === 0; hole += 2 * PAGE) made++
  expect(made).toBe(4096)
  expect(anonymous(g, PAGE, DATA - 0x10000)).toBe(ENOMEM)
})

test('mappings as values: what sets of pages say', () => {
  const random = randomSource(7)
  let mappings: Mapping[] = []
  const pages = new Map<number, boolean>()
  for (let step = 0; step < 2000; step++) {
    const [from, isFile] = [random(40), random(3) === 0]
    const to = from + 1 + random(8)
    const isAdded = random(2) === 0
    mappings = isAdded ? withMapping(mappings, { from, to, isFile }) : without(mappings, from, to)
    for (let page = from; page < to; page++) {
      if (isAdded) pages.set(page, isFile)
      else pages.delete(page)
    }
    const listed = mappings.flatMap(each =>
      Array.from({ length: each.to - each.from }, (_, index) => [each.from + index, each.isFile] as const),
    )
    expect(listed).toEqual([...pages].toSorted(([a], [b]) => a - b))
    expect(isFree(mappings, from, to)).toBe(!within(mappings, from, to).length)
    const size = 1 + random(6)
    const free = highestFree(mappings, size, { bottom: 2, top: 46 })
    const fits = (at: number): boolean => at >= 2 && isFree(mappings, at, at + size)
    expect(free).toBe(Array.from({ length: 47 - size }, (_, at) => at).findLast(fits))
  }
})
