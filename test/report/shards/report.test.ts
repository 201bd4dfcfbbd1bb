/** Reports of shards: what text, Markdown, JSON and the comparison say of a small value. */
import { expect, test } from 'vitest'
import { compareShards, comparisonTable } from '../../../src/report/shards/comparison.ts'
import { functionTable, lineTable, regionTable, shardTable } from '../../../src/report/shards/rows.ts'
import { tableText } from '../../../src/report/shards/text.ts'
import type { GuestShard, GuestShards } from '../../../src/shards/guest-shards.ts'

const nothing = { words: 0, regions: {}, functions: [] }
const shard: GuestShard = {
  start: 0,
  instructions: 1000,
  externalWrites: nothing,
  externalReads: nothing,
  staticLater: 0,
  dynamicLater: 0,
  registersWritten: 0,
  registersRead: 0,
  words: 10,
  fresh: 10,
  leaves: 5,
  zeroLeaves: 5,
  nodes: 20,
  zeroNodes: 20,
  pages: 1,
  memoryCells: 300,
  wordCells: 8,
}

function shardsOf(words: number): GuestShards {
  const side = (name: string) => ({ words, regions: { heap: words }, functions: [{ function: name, words }] })
  return {
    instructions: 2000,
    wordCost: 1,
    shards: [
      { ...shard, externalWrites: side('unpack') },
      { ...shard, start: 1000, externalReads: side('use'), registersRead: 3 },
    ],
    totals: { crossings: words, staticLater: 0, dynamicLater: 0, registers: 3, memoryCells: 600, wordCells: 16 },
    lines: [
      {
        producer: { pc: undefined, function: '[image]' },
        consumer: { pc: 64, function: 'use' },
        region: 'heap',
        words,
      },
    ],
  }
}

test('tables', () => {
  const found = shardsOf(8)
  expect(tableText(shardTable(found)).split('\n').slice(1)).toEqual([
    '      0         1,000       8       0        0      0          0       5      1    308',
    '      1         1,000       0       0        0      8          3       5      1    308',
    '    all         2,000       8       0        0      8          3      10      2    616',
    '',
  ])
  expect(regionTable(found).rows.slice(1)).toEqual([['8', 'heap']])
  expect(functionTable(found, 'externalWrites', 5, name => name).rows.slice(1)).toEqual([['8', 'unpack']])
  expect(lineTable(found, 5, name => name).rows.slice(1)).toEqual([['8', 'heap', '', '[image]', '0x40', 'use']])
})

test('a comparison', () => {
  const comparison = compareShards(shardsOf(8), shardsOf(2))
  expect(comparison).toMatchObject({ crossings: { base: 8, now: 2 }, firstShardWrites: { base: 8, now: 2 } })
  expect(comparisonTable(comparison, 'eager', 'streamed').rows).toContainEqual([
    'writes of shard 0',
    '8',
    '2',
    '−75.0 %',
  ])
})
