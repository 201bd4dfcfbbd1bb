/** Stop tests: no way through a guest is longer than the floor between two of them, and few are needed. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { frequenciesOf } from '../../src/analysis/frequency.ts'
import { buildGraph } from '../../src/program/graph.ts'
import { lift } from '../../src/program/lift.ts'
import { defaultLimits, type RegionLimits } from '../../src/analysis/ownership.ts'
import { buildRegions, type Regions } from '../../src/analysis/regions.ts'
import { floorOf, placeStopTests } from '../../src/analysis/stop-tests.ts'
import { successors } from '../../src/program/successors.ts'
import { stressTuning } from '../../src/codegen/tuning.ts'
import { parseElf } from '../../src/elf/parse.ts'
import { abiNamed, decoderFor } from '../../src/extensions/registry.ts'
import type { Graph, Region } from '../../src/program/program.ts'
import { graphOf, loopGuest, memoryGuest, TEXT } from '../codegen/guests.ts'
import { randomSource } from '../support/random.ts'

/**
 * Fails where more than the floor can be executed between two tests. Every block of every region is a place of its own,
 * and a computed jump leads to the entry of every region.
 */
function expectBounded(
  graph: Graph,
  { main, resume, isRoot }: Regions,
  limits: RegionLimits,
): Map<Region, ReadonlySet<number>> {
  const floor = floorOf(graph, limits)
  const tests = new Map(placeStopTests(graph, main, resume, limits))
  const all = [...main, ...resume]
  const starts = new Map(all.map(region => [region, new Map(region.blocks.map(id => [id, -1]))]))
  const entry = (kind: Region['kind'], id: number): Region =>
    all.find(region => region.kind === kind && region.blocks[0] === id)!
  const byEntry = new Map(
    graph.blocks.map(({ id }) => [id, isRoot[id] === 1 ? entry('main', id) : entry('resume', id)]),
  )
  /** Everywhere that control may be, with the instructions since the last test. */
  const pending: [region: Region, id: number, since: number][] = all.map(region => [region, region.blocks[0]!, 0])
  while (pending.length > 0) {
    const [region, id, since] = pending.pop()!
    const known = starts.get(region)!
    if (since <= known.get(id)!) continue
    known.set(id, since)
    const block = graph.blocks[id]!
    const behind = (tests.get(region)!.has(id) ? 0 : since) + block.count
    if (behind > floor) expect.fail(`${behind} instructions without a test at block ${id}`)
    if (block.end.kind === 'indirect' && block.end.target === undefined)
      for (const other of all) pending.push([other, other.blocks[0]!, behind])
    for (const next of successors(block)) {
      const isInside = known.has(next) && (next !== region.blocks[0] || region.headers.has(next))
      pending.push(isInside ? [region, next, behind] : [byEntry.get(next)!, next, behind])
    }
  }
  return tests
}

const tight: RegionLimits = { duplicateUpTo: 3, regionSize: 24, loops: 2 }

function fixture(name: string): Graph {
  const image = parseElf(readFileSync(new URL(`../../cache-fixtures/guests/elf/${name}.elf`, import.meta.url)), name)
  return buildGraph(lift(image, decoderFor(image.xlen, abiNamed('linux'))))
}

test.each(['bench-sort.rv64', 'bench-recursion.gcc.rv32', 'bench-bytecode.clang.rv64', 'traps.rv32'])(
  '%s: no way between two tests is longer than the floor',
  name => {
    const graph = fixture(name)
    const random = randomSource(7)
    for (const limits of [defaultLimits, tight, stressTuning]) expectBounded(graph, buildRegions(graph, limits), limits)
    const frequencies = frequenciesOf(
      graph,
      graph.blocks
        .filter(() => random(3) > 0)
        .map(({ pc, count }) => ({ pc, instructions: count, count: 1 + random(1000) })),
    )
    expectBounded(graph, buildRegions(graph, defaultLimits, frequencies), defaultLimits)
  },
)

test.each([1, 2, 3, 4, 5, 6, 7, 8])('random transfers: the same (seed %i)', seed => {
  const random = randomSource(seed)
  const labels = 60
  const graph = graphOf(64, a => {
    for (let label = 0; label < labels; label++) {
      a.label(`l${label}`)
      for (let n = random(20); n >= 0; n--) a.op('addi', { rd: 'a0', rs1: 'a0', imm: 1 })
      const target = `l${random(labels)}`
      switch (random(6)) {
        case 0:
          a.op('jal', { rd: 'ra', target })
          break
        case 1:
          a.op('jal', { target })
          break
        case 2:
        case 3:
          a.op('beq', { rs1: 'a0', rs2: 'a1', target })
          break
        case 4:
          a.op('jalr', { rs1: 'ra' })
          break
        default:
          a.op('jalr', { rd: 'ra', rs1: 'a0' })
      }
    }
    a.op('terminate')
  })
  for (const limits of [defaultLimits, tight, { ...tight, duplicateUpTo: 0, regionSize: 60 }, stressTuning])
    expectBounded(graph, buildRegions(graph, limits), limits)
})

const testedIn = (graph: Graph): number[] => {
  const { main } = buildRegions(graph)
  const tests = expectBounded(graph, buildRegions(graph), defaultLimits)
  expect(tests.size).toBeGreaterThanOrEqual(main.length)
  return [...new Set([...tests].filter(([{ kind }]) => kind === 'main').flatMap(([, ids]) => [...ids]))]
    .map(id => (graph.blocks[id]!.pc - TEXT) / 4)
    .toSorted((a, b) => a - b)
}

test('calls, return sites and ways from region to region need no test: returns and loops have one', () => {
  expect(testedIn(graphOf(64, loopGuest))).toEqual([1])
  // The return stands close behind the test of the loop around it.
  expect(testedIn(graphOf(64, memoryGuest))).toEqual([8])
  expect(
    testedIn(
      graphOf(64, a =>
        a
          .op('jal', { rd: 'ra', target: 'f' })
          .op('jal', { rd: 'ra', target: 'f' })
          .op('terminate')
          .label('f')
          .op('addi', { rd: 'a0' })
          .op('jalr', { rs1: 'ra' }),
      ),
    ),
  ).toEqual([3])
})

test('where all ways lead to returns there is one test in front of them', () => {
  const f = (a: Parameters<Parameters<typeof graphOf>[1]>[0], isCalling: boolean): unknown =>
    a
      .op('jal', { rd: 'ra', target: 'f' })
      .op('terminate')
      .label('f')
      .op('addi', { rd: 'a0' })
      .op('beq', { rs1: 'a0', rs2: 'a1', target: 'two' })
      .op('jalr', { rs1: 'ra' })
      .label('two')
      .op('addi', { rd: 'a1' })
      .op(isCalling ? 'jal' : 'jalr', isCalling ? { rd: 'ra', target: 'g' } : { rs1: 'ra' })
      .label('g')
      .op('terminate')
  expect(testedIn(graphOf(64, a => f(a, false)))).toEqual([2])
  // The way that goes on to another function needs none.
  expect(testedIn(graphOf(64, a => f(a, true)))).toEqual([4])
})

test('a function that calls itself tests where it is entered', () => {
  expect(
    testedIn(
      graphOf(64, a =>
        a
          .op('jal', { rd: 'ra', target: 'f' })
          .op('terminate')
          .label('f')
          .op('addi', { rd: 'a0' })
          .op('jal', { rd: 'ra', target: 'f' })
          .op('terminate'),
      ),
    ),
  ).toEqual([2])
})

test('a chain of functions longer than the floor is tested on the way', () => {
  const functions = 30
  const size = 300
  const graph = graphOf(64, a => {
    for (let f = 0; f < functions; f++) {
      a.label(`f${f}`)
      for (let n = 1; n < size; n++) a.op('addi', { rd: 'a0', rs1: 'a0', imm: 1 })
      a.op('jal', { rd: 'ra', target: `f${f + 1}` })
    }
    a.label(`f${functions}`).op('terminate')
  })
  const tested = testedIn(graph)
  expect(tested.length).toBeGreaterThan(1)
  expect(tested.length).toBeLessThan(5)
})

test('a cycle of 150,000 regions is none too many (large-arrays-as-arguments)', () => {
  const count = 150_000
  const graph = graphOf(64, a => {
    a.label('first')
    for (let n = 0; n < count - 1; n++) a.word(0x0015_0513) // addi a0, a0, 1
    a.op('jal', { target: 'first' })
  })
  // Whatever made them roots: symbols would, at greater cost.
  const blocks = graph.program.instrs.map((instr, first) => ({
    id: first,
    pc: TEXT + 4 * first,
    first,
    count: 1,
    behind: first + 1,
    rest: 1,
    end:
      first === count - 1
        ? { kind: 'jump' as const, instr: instr!, target: 0 }
        : { kind: 'fall' as const, next: first + 1 },
  }))
  const regions = { kind: 'main' as const, headers: new Set<number>() }
  const tests = placeStopTests(
    { ...graph, blocks },
    blocks.map(({ id }) => ({ ...regions, blocks: [id] })),
    [],
    defaultLimits,
  )
  const tested = [...tests].flatMap(([region, at]) => (at.size > 0 ? [region.blocks[0]!] : []))
  expect(tested).toContain(0)
  expect(tested.length).toBeGreaterThanOrEqual(Math.floor(count / defaultLimits.regionSize))
})
