/** A small run in shards, and what the tests of its reports have in common. */
import type { ReportedRun } from '../../../src/report/run/json.ts'
import type { ShardedRun } from '../../../src/report/shards/view.ts'
import type { GuestShard, GuestShards, ShardSide } from '../../../src/shards/guest-shards.ts'

const nothing: ShardSide = { words: 0, regions: {}, functions: [], instructions: [], copied: 0 }
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

const side = (words: number, name: string, pc: number | undefined, copied = 0): ShardSide => ({
  words,
  regions: { heap: words },
  functions: [{ function: name, words }],
  instructions: [{ pc, function: name, words }],
  copied,
})

/** Two shards: words that `unpack` leaves, and an inlined memcpy takes up. */
export function shardsOf(words: number, user = 'use'): GuestShards {
  return {
    instructions: 2000,
    wordCost: 1,
    shards: [
      { ...shard, externalWrites: side(words, 'unpack', 0x20) },
      { ...shard, start: 1000, externalReads: side(words, user, 0x40, words), registersRead: 3 },
    ],
    totals: { crossings: words, staticLater: 0, dynamicLater: 0, registers: 3, memoryCells: 600, wordCells: 16 },
    lines: [
      {
        producer: { pc: 0x20, function: 'unpack', routine: undefined },
        consumer: { pc: 0x40, function: user, routine: 'memcpy' },
        region: 'heap',
        words,
      },
    ],
    registers: [],
    copies: [{ routine: 'memcpy', caller: user, written: 0, read: words }],
  }
}

export const shardedRun = (shards: GuestShards, path = 'guest.elf'): ShardedRun => ({
  guest: { path, digest: 'ab'.repeat(32) } as ShardedRun['guest'],
  run: { outcome: 'terminated', exitCode: 0 } as ReportedRun,
  shards,
})
