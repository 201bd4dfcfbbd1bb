/** Reports of shards: what text, Markdown, JSON and the comparison say of a small value. */
import { expect, test } from 'vitest'
import { comparisonJson, compareShards } from '../../../src/report/shards/comparison.ts'
import { shardsMarkdown } from '../../../src/report/shards/markdown.ts'
import { instructionTable } from '../../../src/report/shards/rows.ts'
import { shardsText } from '../../../src/report/shards/text.ts'
import { shardedRun, shardsOf } from './small.ts'

const compared = { base: 'eager.elf', comparison: compareShards(shardsOf(8, 'user'), shardsOf(2)) }

test('text', () => {
  expect(shardsText(shardedRun(shardsOf(8)), { top: 5 })).toBe(`guest           guest.elf
terminated      exit code 0
instructions    2,000
crossings       8 words, 3 registers
cells           616 of memory and words
  shard  instructions  writes  static  dynamic  reads  registers  leaves  pages  cells
      0         1,000       8       0        0      0          0       5      1    308
      1         1,000       0       0        0      8          3       5      1    308
    all         2,000       8       0        0      8          3      10      2    616
  words  region
      8  heap
  words  left by
      8  unpack
  words  taken up by
      8  use
  words  region  at    left by  at    taken up by
      8  heap    0x20  unpack   0x40  memcpy in use
  shard  left  at    by      taken up  at    by
      0     8  0x20  unpack
      1                             8  0x40  use
  left  taken up  copy routine  inlined in
     0         8  memcpy        use
`)
})

test('text of a comparison', () => {
  const text = shardsText(shardedRun(shardsOf(2)), { top: 5 }, compared)
  expect(text.slice(text.indexOf('compared  '))).toBe(`compared        eager.elf
                             compared   this  change
  instructions                  2,000  2,000       0     same
  shards                            2      2       0     same
  writes of shard 0                 8      2      −6  −75.00%
  crossings                         8      2      −6  −75.00%
  static, accessed later            0      0       0     same
  dynamic, accessed later           0      0       0     same
  registers                         3      3       0     same
  words                            20     20       0     same
  leaves                           10     10       0     same
  pages                             2      2       0     same
  cells of memory and words       616    616       0     same
  shard  instructions        writes           reads           leaves        cells
      0         1,000  same       8  −75.00%      0     same       5  same    308  same
      1         1,000  same       0     same      8  −75.00%       5  same    308  same
  region  compared  this  change
  heap           8     2      −6  −75.00%
  left by  compared  this  change
  unpack          8     2      −6  −75.00%
  taken up by  compared  this  change
  user                8     0      −8  gone
  use                 0     2      +2   new
  copy routine  compared  this  change
  memcpy               8     2      −6  −75.00%
`)
})

test('Markdown: names are code, and a comparison comes first', () => {
  const text = shardsMarkdown(shardedRun(shardsOf(2, 'use<`|>')), { top: 5 }, compared)
  expect(text.indexOf('#### Compared with `eager.elf`')).toBeLessThan(text.indexOf('| shard | instructions | writes |'))
  expect(text).toContain(
    '| left by | compared | this | change |  |\n| --- | --: | --: | --: | --: |\n| `unpack` | 8 | 2 |',
  )
  expect(text).toContain('| 2 | heap | 0x20 | `unpack` | 0x40 | `` memcpy in use<`\\|> `` |')
  expect(text).toContain('| left | taken up | copy routine | inlined in |')
})

test('JSON of a comparison', () => {
  expect(comparisonJson(compared)).toMatchObject({
    base: 'eager.elf',
    crossings: { base: 8, now: 2, change: -6, percent: -75 },
    firstShardWrites: { base: 8, now: 2 },
    list: [{ externalWrites: { base: 8, now: 2 } }, { externalReads: { change: -6 } }],
    regions: [{ name: 'heap', base: 8, now: 2, change: -6, percent: -75 }],
    readers: [
      { name: 'user', base: 8, now: 0 },
      { name: 'use', base: 0, now: 2 },
    ],
    copies: [{ name: 'memcpy', base: 8, now: 2 }],
  })
})

test('a run with more shards than the other', () => {
  const one = { ...shardsOf(8), shards: shardsOf(8).shards.slice(0, 1) }
  expect(compareShards(one, shardsOf(8)).list[1]).toMatchObject({ instructions: { base: 0n, now: 1000n } })
})

test('lists have no more rows than were asked for, and shards that hand on nothing none', () => {
  const shards = shardsOf(8)
  const [first, second] = shards.shards
  const many = { ...shards, shards: [first!, { ...first!, externalWrites: second!.externalWrites }, second!, second!] }
  expect(instructionTable(many, 2, name => name).rows.map(([number]) => number)).toEqual(['shard', '0', '2'])
  const text = shardsText(shardedRun(many), { top: 1 })
  expect(text).toContain('      0     8  0x20  unpack\n  left')
})
