/** The plain memory tables reproduce the golden rows of the metering rules. */
import { describe, expect, test } from 'vitest'
import { addressSpaces, leafIdOf, memoryRows, PlainMemoryTables, plainTrees } from './plain/memory-tables.ts'
import type { MemoryRows } from './plain/memory-tables.ts'

const memory = (address: number): number => leafIdOf(addressSpaces.memory, address)

/** What `action` adds to the rows. */
function added(tables: PlainMemoryTables, action: () => void): MemoryRows {
  const before = tables.rows()
  action()
  const after = tables.rows()
  return {
    boundary: after.boundary - before.boundary,
    merkle: after.merkle - before.merkle,
    hash: after.hash - before.hash,
  }
}

describe('golden rows', () => {
  test('empty baseline, two sibling leaves touched', () => {
    const tables = new PlainMemoryTables([])
    tables.touch(memory(0))
    tables.touch(memory(16))
    expect(tables.rows()).toEqual({ boundary: 2, merkle: 56, hash: 59 })
  })

  test('the same, both leaves in the non-zero initial image', () => {
    const tables = new PlainMemoryTables([memory(0), memory(16)])
    tables.touch(memory(0))
    tables.touch(memory(16))
    expect(tables.rows()).toEqual({ boundary: 2, merkle: 56, hash: 60 })
  })

  test('after touching byte 0 and a checkpoint, the first leaf of the next page', () => {
    const tables = new PlainMemoryTables([])
    tables.touch(memory(0))
    expect(added(tables, () => tables.touch(memory(1024)))).toEqual({ boundary: 1, merkle: 12, hash: 7 })
  })

  test('fresh context, registers only', () => {
    expect(new PlainMemoryTables([], 16).rows()).toEqual({ boundary: 16, merkle: 78, hash: 84 })
  })

  test('then the first leaf of memory', () => {
    const tables = new PlainMemoryTables([], 16)
    expect(added(tables, () => tables.touch(memory(0)))).toEqual({ boundary: 1, merkle: 50, hash: 26 })
  })

  test('registers at a later segment start', () => {
    const tables = new PlainMemoryTables([], 16)
    expect(tables.cut()).toEqual({ boundary: 16, merkle: 78, hash: 84 })
    expect(tables.rows()).toEqual({ boundary: 16, merkle: 78, hash: 110 })
  })
})

describe('the registers of the first segment come before the image', () => {
  const image = [memory(0), memory(16)]

  test('so they cost the same whatever it holds, and pay for the zero subtrees up to the root', () => {
    const tables = new PlainMemoryTables(image, 16)
    expect(tables.rows()).toEqual({ boundary: 16, merkle: 78, hash: 84 })
    // Public values: 26 nodes of their own, up to height 26. No default rows: every height is paid for.
    expect(added(tables, () => tables.touch(leafIdOf(addressSpaces.publicValues, 0)))).toEqual({
      boundary: 1,
      merkle: 52,
      hash: 27,
    })
  })

  test('leaves of the image have an initial hash, and so have the nodes above that registers do not share', () => {
    const tables = new PlainMemoryTables(image, 16)
    // 1 leaf and 25 nodes, final and initial.
    expect(added(tables, () => tables.touch(memory(0)))).toEqual({ boundary: 1, merkle: 50, hash: 52 })
  })

  test('in later segments everything above them is there already', () => {
    const tables = new PlainMemoryTables(image, 16)
    tables.cut()
    expect(tables.rows()).toEqual({ boundary: 16, merkle: 78, hash: 110 })
    // Nothing of the public values' 26 nodes and their leaf was touched: default rows up to height 26.
    expect(added(tables, () => tables.touch(leafIdOf(addressSpaces.publicValues, 0)))).toEqual({
      boundary: 1,
      merkle: 52,
      hash: 54,
    })
  })
})

describe('more cases by hand', () => {
  test('leaf ids', () => {
    expect(leafIdOf(addressSpaces.registers, 255)).toBe(15)
    expect(memory(0)).toBe(2 ** 25)
    expect(leafIdOf(addressSpaces.publicValues, 32)).toBe(2 ** 26 + 2)
  })

  test('nothing touched', () => {
    expect(new PlainMemoryTables([memory(0)]).rows()).toEqual({ boundary: 0, merkle: 0, hash: 0 })
  })

  test('RV32: leaves of 8 bytes with two rows each', () => {
    const tree = plainTrees[32]
    expect(leafIdOf(addressSpaces.registers, 127, tree)).toBe(15)
    expect(leafIdOf(addressSpaces.memory, 8, tree)).toBe(2 ** 26 + 1)
    // 8 + 4 + 2 + 1 nodes at heights 1 to 4 and one at each of the heights 5 to 29: 40; 16 + 40 final hashes, 30 default
    // rows.
    const tables = new PlainMemoryTables([], 16, tree)
    expect(tables.rows()).toEqual({ boundary: 32, merkle: 80, hash: 86 })
    // The leaf and 26 nodes below the one that registers and memory share at height 27.
    const touch = (): void => tables.touch(leafIdOf(addressSpaces.memory, 0, tree))
    expect(added(tables, touch)).toEqual({ boundary: 2, merkle: 52, hash: 27 })
  })

  test('eight leaves of registers', () => {
    // 4 + 2 + 1 nodes at heights 1 to 3 and one at each of the heights 4 to 28: 32; 8 + 32 final hashes, 29 default
    // rows.
    expect(new PlainMemoryTables([], 8).rows()).toEqual({ boundary: 8, merkle: 64, hash: 69 })
  })

  test('a repeated touch adds nothing', () => {
    const tables = new PlainMemoryTables([], 16)
    tables.touch(memory(64))
    expect(added(tables, () => tables.touch(memory(64)))).toEqual({ boundary: 0, merkle: 0, hash: 0 })
  })

  test('a zero leaf beside a non-zero one costs one default row and no initial hash of its own', () => {
    // 1 + 28 final hashes, 28 initial hashes of the nodes above, 1 default row.
    expect(memoryRows([memory(0)], [memory(16)])).toEqual({ boundary: 1, merkle: 56, hash: 58 })
  })

  test('two zero leaves under a zero node share the default rows', () => {
    // Leaves 2 and 3, their node at height 1 is zero, 27 nodes above are not: 30 final, 27 initial, 2 default rows.
    expect(memoryRows([memory(0)], [memory(32), memory(48)])).toEqual({ boundary: 2, merkle: 56, hash: 59 })
  })

  test('a leaf touched on both sides of a cut is not all-zero afterwards, a leaf touched only after it is', () => {
    const tables = new PlainMemoryTables([])
    for (const address of [0, 0, 16]) tables.touch(memory(address))
    expect(tables.cut([memory(0), memory(16)])).toEqual({ boundary: 1, merkle: 56, hash: 58 })
    // Two leaves and 28 nodes: 30 final hashes, 29 initial ones (all but leaf 1), 1 default row.
    expect(tables.rows()).toEqual({ boundary: 2, merkle: 56, hash: 60 })
    expect(tables.rows()).toEqual(memoryRows([memory(0)], [memory(0), memory(16)]))
  })

  test('only the last touches can be kept', () => {
    const tables = new PlainMemoryTables([])
    tables.touch(memory(0))
    tables.touch(memory(16))
    expect(() => tables.cut([memory(0)])).toThrow('last touches')
    expect(() => tables.touch(-1)).toThrow('no such leaf')
  })
})
