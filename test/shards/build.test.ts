/** Shards of a run by the SDK: plans of every kind, sums, names, costs, and plans that are none. */
import { expect, test } from 'vitest'
import { u64, type GuestShards } from '../../src/index.ts'
import { DATA, errorOf, fixture, program, useRvr } from '../run/support.ts'

const host = useRvr('shared', 'quick')

/** Writes 100 words, then reads them again. */
const copied = program(64, code =>
  code
    .li('a0', 0x1000_0000)
    .li('a1', 100)
    .label('write')
    .op('sd', { rs1: 'a0', rs2: 'a1' })
    .op('addi', { rd: 'a0', rs1: 'a0', imm: 8 })
    .op('addi', { rd: 'a1', rs1: 'a1', imm: -1 })
    .op('bne', { rs1: 'a1', target: 'write' })
    .li('a0', 0x1000_0000)
    .li('a1', 100)
    .label('read')
    .op('ld', { rd: 'a2', rs1: 'a0' })
    .op('addi', { rd: 'a0', rs1: 'a0', imm: 8 })
    .op('addi', { rd: 'a1', rs1: 'a1', imm: -1 })
    .op('bne', { rs1: 'a1', target: 'read' })
    .li('a0', DATA)
    .op('ld', { rd: 'a2', rs1: 'a0' })
    .op('terminate'),
)

function expectSums({ shards, totals, lines, instructions }: GuestShards, instret: bigint): void {
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
  const words = (of: readonly { readonly words: number }[]): number => sum(of.map(one => one.words))
  expect(instructions).toBe(Number(instret))
  expect(words(lines)).toBe(totals.crossings)
  for (const side of ['externalWrites', 'externalReads'] as const) {
    expect(words(shards.map(shard => shard[side]))).toBe(totals.crossings)
    for (const shard of shards) {
      expect(words(shard[side].functions)).toBe(shard[side].words)
      expect(sum(Object.values(shard[side].regions))).toBe(shard[side].words)
    }
  }
}

test('words that one shard writes and the next reads, and one that the image holds', async () => {
  const guest = await host.rvr.load(copied)
  using run = await guest.interpret('pure').execute()
  const found = await run.shards([402], { wordCost: 7 })
  expectSums(found, run.instret)
  const [first, second] = found.shards
  expect(found.shards.length).toBe(2)
  expect(first).toMatchObject({
    start: 0,
    instructions: 402,
    externalWrites: {
      words: 101,
      regions: { heap: 100, static: 1 },
      functions: [
        { function: '_start', words: 100 },
        { function: '[image]', words: 1 },
      ],
    },
    externalReads: { words: 0, regions: {}, functions: [] },
    staticLater: 1,
    dynamicLater: 100,
    words: 100,
    fresh: 100,
    wordCells: 707,
  })
  expect(second).toMatchObject({
    start: 402,
    externalWrites: { words: 0 },
    externalReads: { words: 101, regions: { heap: 100, static: 1 }, functions: [{ function: '_start', words: 101 }] },
    words: 101,
    fresh: 1,
    wordCells: 707,
  })
  expect(found.lines.map(({ region, words }) => [region, words])).toEqual([
    ['heap', 100],
    ['static', 1],
  ])
  expect(found.totals.wordCells).toBe(1414)
})

test('memory cells are those of the tables of one segment, but for what no leaf of guest memory has', async () => {
  const guest = await host.rvr.load(copied)
  using run = await guest.interpret('metered').execute()
  const { shards } = await run.shards([Number(run.instret) - 1])
  const { chips, memoryChips } = guest.machine
  const cells = Object.values(memoryChips).map(chip => run.segments[0]!.heights[chip]! * chips[chip]!.width)
  const all = cells.reduce((total, value) => total + value, 0)
  // The rest: leaves of registers and public values with the nodes above them, and shared rows of zero subtrees.
  expect(shards[0]!.memoryCells).toBeGreaterThan(0.5 * all)
  expect(shards[0]!.memoryCells).toBeLessThan(all)
})

test('plans of every kind', async () => {
  const guest = await host.rvr.load(fixture('fibonacci', 64))
  const inputs = [u64(2000)]
  const artifact = guest.interpret('metered')
  using run = await artifact.execute({ inputs, segmentLimits: { maxTraceHeight: 2 ** 11 } })
  const instret = Number(run.instret)
  expect(run.segments.length).toBeGreaterThan(2)
  const starts = async (plan?: Parameters<typeof run.shards>[0]): Promise<number[]> => {
    const found = await run.shards(plan)
    expectSums(found, run.instret)
    return found.shards.map(({ start }) => start)
  }
  expect(await starts()).toEqual(run.segments.map(({ instretStart }) => instretStart))
  const every = Math.floor(instret / 3) + 1
  expect(await starts({ everyInstructions: every })).toEqual([0, every, 2 * every])
  expect(await starts({ count: 4 })).toHaveLength(4)
  expect(await starts({ everyInstructions: instret })).toEqual([0])
  const cells = Math.ceil(Number(run.cost) / 3)
  expect((await starts({ everyCells: cells })).length).toBeOneOf([3, 4])

  const wrong: readonly (readonly [plan: Parameters<typeof run.shards>[0], details: object])[] = [
    [[], { instructions: instret }],
    [[0], { field: 'plan' }],
    [[5, 5], { shard: 1, end: 5 }],
    [[9, 3], { shard: 1, end: 3 }],
    [[instret], { end: instret, instret }],
    [[5, instret + 1], { end: instret + 1, instret }],
    [{ everyInstructions: 0 }, { field: 'plan' }],
    [{ everyCells: 1 }, { cells: '1', instret: 0 }],
    [{ count: 0 }, { field: 'plan' }],
  ]
  for (const [plan, details] of wrong)
    expect(await errorOf(run.shards(plan)), JSON.stringify(plan)).toMatchObject({ code: 'USAGE', details })
  using pure = await guest.interpret('pure').execute({ inputs })
  expect(await errorOf(pure.shards())).toMatchObject({ code: 'USAGE' })
})
