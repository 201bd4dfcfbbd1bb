/** Memory trees in C: many touched blocks, threads, what is refused, and how much room a tree takes. */
import { describe, expect, test } from 'vitest'
import { shippedAirs } from '../../../src/air/load.ts'
import { BLOCK_CELLS, cellsOf, contentAt, memoryLayout } from '../../../src/trace/layout.ts'
import type { Matrix } from '../../../src/trace/matrix.ts'
import type { TouchedLeaf } from '../../../src/trace/memory.ts'
import { messagesOf } from '../../../src/trace/messages.ts'
import { NativeTree, type Held, type TreeOptions } from '../../../src/trace/native/system.ts'
import { airsOf } from '../../../src/trace/system/airs.ts'
import { RowHasher } from '../../../src/trace/system/hash.ts'
import { Lookups } from '../../../src/trace/system/lookups.ts'
import { memoryTables } from '../../../src/trace/system/memory-tables.ts'
import { MemoryTree } from '../../../src/trace/system/tree.ts'
import { MEMORY_BYTES } from '../../../src/elf/image.ts'
import { randomSource } from '../../support/random.ts'
import { expectSame, memoryTablesOf, systemLibrary, touchedBytes, type Block } from './support.ts'

const WORK: TreeOptions = { threads: 2, maxBytes: 2 ** 30 }
const [REGISTERS, MEMORY, PUBLICS] = [1, 2, 3] as const

describe.each([32, 64] as const)('RV%i', xlen => {
  const set = shippedAirs(xlen)
  const layout = memoryLayout(xlen)
  const { blockBytes } = layout
  const { boundary, merkle, hash, hashBus } = airsOf(set)
  const library = systemLibrary(xlen)!
  const memory = new Uint8Array(MEMORY_BYTES)
  const random = randomSource(xlen)
  const word = (): bigint => BigInt.asUintN(xlen, (BigInt(random(2 ** 31)) << 33n) ^ BigInt(random(2 ** 31)))

  /** What lies in a space, all of it in one array. */
  class Guest {
    readonly registers = BigUint64Array.from({ length: 32 }, (_, number) => (number % 3 === 1 ? word() : 0n))
    readonly publicValues = new Uint8Array(50)
    get held(): Held {
      return { memory, registers: this.registers, publicValues: this.publicValues }
    }
    read(space: number, block: number): bigint {
      if (space === REGISTERS) return this.registers[block]!
      return contentAt(space === MEMORY ? memory : this.publicValues, block * blockBytes, layout)
    }
    write(space: number, block: number, content: bigint): void {
      if (space === REGISTERS) this.registers[block] = content
      const bytes = space === MEMORY ? memory : this.publicValues
      if (space !== REGISTERS)
        for (let k = 0; k < blockBytes; k++) bytes[block * blockBytes + k] = Number((content >> BigInt(8 * k)) & 0xffn)
    }
    /** Accesses blocks, some of them side by side, and writes to some. */
    touch(count: number, places: readonly number[]): Block[] {
      const keys = new Set<number>([REGISTERS * 2 ** 30 + 3, PUBLICS * 2 ** 30 + random(40 / blockBytes)])
      for (let k = 0; k < count; k++)
        keys.add(MEMORY * 2 ** 30 + places[random(places.length)]! / blockBytes + random(k % 2 === 0 ? 8 : 1000))
      for (let k = 0; k < 5; k++) keys.add(REGISTERS * 2 ** 30 + random(32))
      return [...keys]
        .toSorted((a, b) => a - b)
        .map(key => {
          const [space, block] = [Math.floor(key / 2 ** 30), key % 2 ** 30]
          const old = this.read(space, block)
          const written = random(3) > 0
          // Some are written with what they held, some with zeros.
          const now = !written || random(4) === 0 ? old : random(5) === 0 ? 0n : word()
          this.write(space, block, now)
          return { space, block, old, now, last: 1 + random(2 ** 29 - 1), written }
        })
    }
  }

  function leavesOf(blocks: readonly Block[]): TouchedLeaf[] {
    const leaves = new Map<string, { space: number; leaf: number; blocks: TouchedLeaf['blocks'][number][] }>()
    for (const { space, block, old, now, last, written } of blocks) {
      const key = `${space}:${block >> 1}`
      const leaf = leaves.get(key) ?? { space, leaf: block >> 1, blocks: [undefined, undefined] }
      leaf.blocks[block & 1] = { initial: old, content: now, last, isWritten: written }
      leaves.set(key, leaf)
    }
    return [...leaves.values()]
  }

  /** The tree in JavaScript, from what was put into memory. */
  function treeOf(guest: Guest, hasher: RowHasher, places: readonly number[]): MemoryTree {
    const tree = new MemoryTree(hasher, layout)
    const leaf = (space: number, number: number) => {
      const contents = [guest.read(space, 2 * number), guest.read(space, 2 * number + 1)]
      return [tree.leafIndex(space, number), contents.flatMap(content => cellsOf(content, layout))] as const
    }
    tree.update(Array.from({ length: 16 }, (_, number) => leaf(REGISTERS, number)))
    for (const place of places) {
      const first = place / (2 * blockBytes)
      tree.update(Array.from({ length: 40 }, (_, k) => leaf(MEMORY, first + k)))
    }
    return tree
  }

  function inJavaScript(guest: Guest, tree: MemoryTree, hasher: RowHasher, blocks: readonly Block[]) {
    const tables = memoryTables({ boundary, merkle }, tree, {
      layout,
      touched: leavesOf(blocks),
      untouched: (space, pointer) => guest.read(space, pointer / BLOCK_CELLS),
    })
    const lookups = new Lookups(set)
    for (const matrix of [tables.boundary, tables.merkle])
      for (const message of messagesOf(matrix, set.buses)) lookups.count(message)
    return { ...tables, hash: lookups.hashes(hash, hasher) }
  }

  test('tables of many blocks, segment after segment, are the same on 1, 2 and 8 threads, by gcc and clang, and in JavaScript', async () => {
    memory.fill(0, 0, 2 ** 24)
    const guest = new Guest()
    const places = [0, 4096, 8192, 12_288 + 4000, 2 ** 20, 2 ** 22 - 64, 2 ** 23].map(each => each - (each % 64))
    for (const place of places) for (let k = 0; k < 20; k++) guest.write(MEMORY, place / blockBytes + 3 * k, word())
    const hasher = new RowHasher(hash, hashBus)
    const tree = treeOf(guest, hasher, places)
    const all = [
      { threads: 1, by: library },
      { threads: 2, by: library, pages: Uint32Array.from({ length: 2 ** 12 }, (_, page) => page) },
      { threads: 8, by: systemLibrary(xlen, 'clang') ?? library },
    ]
    const trees = await Promise.all(
      all.map(({ by, threads, pages }) => NativeTree.create(by, guest.held, { ...WORK, threads, pages })),
    )
    for (let segment = 0; segment < 3; segment++) {
      const blocks = guest.touch(segment === 2 ? 0 : 150, places)
      const wanted = inJavaScript(guest, tree, hasher, blocks)
      for (const [at, native] of trees.entries()) {
        const work = { threads: all[at]!.threads }
        using plan = await native.pass(touchedBytes(blocks), guest.held, work)
        expect([...plan.rootBefore, ...plan.rootAfter]).toEqual([...wanted.rootBefore, ...wanted.rootAfter])
        const found = await memoryTablesOf(plan, set, work)
        const tables: readonly Matrix[] = [wanted.boundary, wanted.merkle, wanted.hash]
        for (const [index, matrix] of found.entries())
          expectSame(`${matrix.air.name} of segment ${segment} on ${work.threads}`, tables[index]!, matrix)
      }
    }
    for (const native of trees) native.dispose()
  })

  test('what is refused leaves the tree where it was', async () => {
    const guest = new Guest()
    const tree = await NativeTree.create(library, guest.held, WORK)
    const old = guest.read(REGISTERS, 4)
    const block: Block = { space: REGISTERS, block: 4, old, now: 5n, last: 7, written: true }
    const outcome = (blocks: readonly Block[]) => tree.pass(touchedBytes(blocks), guest.held, WORK)
    const refused: readonly (readonly Block[])[] = [
      [block, block],
      [{ ...block, block: 5 }, block],
      [{ ...block, space: 0 }],
      [{ ...block, space: 4 }],
      [{ ...block, block: 32 }],
      [{ ...block, last: 0 }],
      [{ ...block, last: 2 ** 29 }],
      [{ ...block, space: MEMORY, block: MEMORY_BYTES / blockBytes }],
      ...(xlen === 32 ? [[{ ...block, now: 1n << 32n }]] : []),
    ]
    for (const blocks of refused) await expect(outcome(blocks)).rejects.toThrow('touched blocks are out of order')
    await expect(outcome([{ ...block, old: old ^ 1n }])).rejects.toThrow(
      "what touched blocks held at the segment's start",
    )
    await expect(
      tree.pass(touchedBytes([block]), guest.held, { ...WORK, signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: 'ABORTED' })
    guest.write(REGISTERS, 4, 5n)
    using plan = await outcome([block])
    await expect(
      plan.fill({ boundary: new Uint32Array(1), merkle: new Uint32Array(1), hash: new Uint32Array(1) }, WORK),
    ).rejects.toMatchObject({ code: 'INTERNAL' })
    using next = await outcome([])
    expect(next.rootBefore).toEqual(plan.rootAfter)
    expect(next.rootAfter).toEqual(plan.rootAfter)
    tree.dispose()
    await expect(outcome([])).rejects.toMatchObject({ code: 'DISPOSED' })
  })

  test('hashes take about as much room as what is not zero, where leaves are of 16 bytes; no more than is allowed; it can be given up', async () => {
    const bytes = 2 ** 21
    memory.fill(1, 2 ** 25, 2 ** 25 + bytes)
    const held = new Guest().held
    using tree = await NativeTree.create(library, held, WORK)
    const rooms = 256 * 126 * 32 * 2
    const share = 32 / layout.leafBytes / 2
    expect(await tree.bytes()).toBeGreaterThan(bytes * share * 0.9)
    expect(await tree.bytes()).toBeLessThan(bytes * share * 1.1 + rooms)
    await expect(NativeTree.create(library, held, { ...WORK, maxBytes: bytes / 2 })).rejects.toMatchObject({
      code: 'USAGE',
      details: { limit: bytes / 2 },
    })
    const control = new AbortController()
    const given = NativeTree.create(library, held, { ...WORK, signal: control.signal })
    control.abort()
    await expect(given).rejects.toMatchObject({ code: 'ABORTED' })
    memory.fill(0, 2 ** 25, 2 ** 25 + bytes)
  })
})
