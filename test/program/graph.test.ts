/** Leaders, blocks, roots and regions. */
import { expect, test } from 'vitest'
import { buildRegions } from '../../src/analysis/regions.ts'
import { MAX_BLOCK } from '../../src/program/graph.ts'
import { successors } from '../../src/program/successors.ts'
import type { Graph } from '../../src/program/program.ts'
import { graphOf, loopGuest, memoryGuest, TEXT } from '../codegen/guests.ts'

const rootsOf = (graph: Graph): number[] =>
  graph.blocks.filter(block => graph.isRoot[block.id]).map(block => (block.pc - TEXT) / 4)
const words = (values: readonly number[]): Uint8Array => new Uint8Array(Int32Array.from(values).buffer)

test('blocks start at targets and behind transfers; host instructions stand outside', () => {
  const graph = graphOf(64, loopGuest)
  expect(graph.blocks.map(block => [block.first, block.count, block.end.kind])).toEqual([
    [0, 1, 'fall'],
    [1, 2, 'branch'],
    [3, 0, 'host'],
  ])
})

test('roots are the entry, call targets, return sites and sites behind host instructions', () => {
  expect(rootsOf(graphOf(64, memoryGuest))).toEqual([0, 3, 5, 7])
})

test('an address of code in data is a root', () => {
  const graph = graphOf(
    64,
    a => {
      loopGuest(a)
      a.op('addi').op('addi').op('addi')
    },
    { segments: [{ address: 0x300000, bytes: words([7, TEXT + 20, 0]), flags: 6 }] },
  )
  expect(rootsOf(graph)).toContain(5)
})

test('a table of offsets that code refers to makes its targets roots', () => {
  const table = 0x300000
  const graph = graphOf(
    64,
    a =>
      a
        .op('lui', { rd: 'a0', imm: table })
        .op('addi', { rd: 'a0', rs1: 'a0', imm: 8 })
        .op('terminate')
        .op('addi')
        .op('addi')
        .op('addi')
        .op('addi'),
    {
      segments: [
        { address: table, bytes: words([0, 0, TEXT + 16 - (table + 8), TEXT + 20 - (table + 8), 12345]), flags: 4 },
      ],
    },
  )
  expect(rootsOf(graph)).toEqual(expect.arrayContaining([4, 5]))
  expect(rootsOf(graph)).not.toContain(6)
})

test('function symbols are roots', () => {
  const graph = graphOf(64, loopGuest, { symbols: [{ name: 'loop', address: TEXT + 4, size: 8 }] })
  expect(rootsOf(graph)).toEqual([0, 1])
})

test('a long run is cut into blocks of bounded size that fall into each other', () => {
  const graph = graphOf(64, a => {
    for (let n = 0; n < 2500; n++) a.op('addi', { rd: 'a0', rs1: 'a0', imm: 1 })
  })
  expect(graph.blocks.map(block => block.count)).toEqual([MAX_BLOCK, MAX_BLOCK, 500])
  expect(graph.blocks.map(block => block.end.kind)).toEqual(['fall', 'fall', 'host'])
})

test('every block belongs to a region, and no region is entered except at its first block', () => {
  const graph = graphOf(64, memoryGuest)
  const { main, resume, isRoot, isResume } = buildRegions(graph)
  expect(new Set(main.flatMap(region => region.blocks))).toEqual(new Set(graph.blocks.map(block => block.id)))
  for (const region of [...main, ...resume]) {
    for (const id of region.blocks.slice(1)) expect(isRoot[id]).toBe(0)
  }
  // The loop inside sum: its header is where a stopped run resumes.
  expect(resume.map(region => graph.blocks[region.blocks[0]!]!.pc)).toEqual([TEXT + 32])
  expect([...isResume].filter(Boolean)).toHaveLength(1)
})

test('a block that several regions share becomes a root when it is large, and is copied when it is small', () => {
  const shared = (size: number): Graph =>
    graphOf(64, a => {
      a.op('jal', { rd: 'ra', target: 'f' }).op('jal', { rd: 'ra', target: 'g' }).op('terminate')
      a.label('f').op('addi', { rd: 'a0', imm: 1 }).op('jal', { target: 'tail' })
      a.label('g').op('addi', { rd: 'a0', imm: 2 }).op('jal', { target: 'tail' })
      a.label('tail')
      for (let n = 0; n < size; n++) a.op('addi', { rd: 'a1', rs1: 'a1', imm: n })
      a.op('jalr', { rs1: 'ra' })
    })
  const tail = (graph: Graph): number => graph.blocks.at(-1)!.id
  const small = shared(3)
  const large = shared(30)
  expect(buildRegions(small).main.filter(region => region.blocks.includes(tail(small)))).toHaveLength(2)
  expect(buildRegions(large).main.filter(region => region.blocks.includes(tail(large)))).toHaveLength(1)
  expect(buildRegions(large).isRoot[tail(large)]).toBe(1)
})

test('regions keep to their size, and cutting them keeps every edge', () => {
  const graph = graphOf(64, a => {
    a.label('top')
    for (let n = 0; n < 100; n++)
      a.op('addi', { rd: 'a0', rs1: 'a0', imm: 1 }).op('beq', { rs1: 'a0', rs2: 'a1', imm: 8 })
    a.op('jal', { target: 'top' })
  })
  const { main, isRoot } = buildRegions(graph, { duplicateUpTo: 0, regionSize: 20, loops: 16 })
  for (const region of main) {
    expect(region.blocks.reduce((sum, id) => sum + graph.blocks[id]!.count, 0)).toBeLessThanOrEqual(20)
    for (const id of region.blocks)
      for (const next of successors(graph.blocks[id]!))
        expect(isRoot[next] === 1 || region.blocks.includes(next)).toBe(true)
  }
})

test('a chain of loops is cut into regions of bounded loop count (clang-hangs-on-loop-chain)', () => {
  const graph = graphOf(64, a => {
    for (let n = 0; n < 40; n++)
      a.label(`loop${n}`)
        .op('addi', { rd: 'a0', rs1: 'a0', imm: -1 })
        .op('bne', { rs1: 'a0', target: `loop${n}` })
        .op('addi', { rd: 'a0', imm: 9 })
  })
  const { main } = buildRegions(graph, { duplicateUpTo: 12, regionSize: 4000, loops: 16 })
  expect(Math.max(...main.map(region => region.headers.size))).toBe(16)
  expect(main.reduce((sum, region) => sum + region.headers.size, 0)).toBe(40)
})
