/** Runs in mode `shards` that are saved and go on elsewhere, and content of saved runs that contradicts itself. */
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ALONE, SLOT_MASK, UNKNOWN } from '../../../src/layout/shards.ts'
import { defaultMachine } from '../../../src/machine/machine.ts'
import { layoutOf } from '../../../src/modes/shards/layout.ts'
import { restoredShards, savedShards, type ShardsState } from '../../../src/modes/shards/saved.ts'
import { captureTable, restoreTable, type TableState } from '../../../src/modes/shards/table-state.ts'
import { ShardTable } from '../../../src/modes/shards/table.ts'
import { busyGuest, busyOptions, useDirectory } from '../../run/saved-support.ts'
import { artifactOf, engines, useRvr, widths } from '../../run/support.ts'
import { randomSource } from '../../support/random.ts'
import { countsOf, expectCrossings } from './plain.ts'

const host = useRvr('shared', 'quick')
const directory = useDirectory()

test.each(widths)('RV%i: saved anywhere, and resumed by another engine', async xlen => {
  const shardEnds = [1000, 1001, 5000, 9000, 40_000]
  const { inputs = [], seed, publicValuesBytes } = busyOptions
  const given = { inputs, seed, publicValuesBytes, shardEnds }
  const guest = await host.rvr.load(busyGuest(xlen))
  const random = randomSource(xlen)
  const artifacts = await Promise.all(engines.map(engine => artifactOf(guest, 'shards', engine)))
  let run = await artifacts[0]!.execute({ ...given, maxInstructions: 777 })
  for (let turn = 1; run.outcome === 'suspended'; turn++) {
    const file = await run.save(join(directory.path, `${xlen}-${turn}.run`))
    const before = countsOf(run)
    run.dispose()
    // The first goes to a cut, and the second nowhere.
    const maxInstructions = [223, 0][turn - 1] ?? (turn > 7 ? undefined : 1 + random(7000))
    run = await artifacts[turn % engines.length]!.resumeFrom(file, { maxInstructions })
    if (maxInstructions === 0) expect(countsOf(run)).toEqual(before)
  }
  expect(run.outcome).toBe('terminated')
  expectCrossings(guest, given, run)
  run.dispose()
})

const shard = { words: 3, fresh: 3, leaves: 1, nodes: 26, zeroLeaves: 1, zeroNodes: 26, pages: 1 }
const registers = new Uint32Array(128).fill(0, 0, 32).fill(UNKNOWN, 32)
const table: TableState = {
  words: Uint32Array.of(16, 17, 2 ** 26 + 1),
  shards: Uint32Array.of(1, 2, 2),
  slots: Uint32Array.of((5 | ALONE) >>> 0, 6, 7),
  counts: [2, 2, 1, 26, 0, 0, 1],
  accessed: 6,
  registers,
}
const state: ShardsState = {
  ends: [100, 200],
  ended: [{ start: 0, instructions: 100, ...shard }],
  crossings: {
    producer: Uint32Array.of(0),
    consumer: Uint32Array.of(1),
    from: Int32Array.of(-1),
    to: Int32Array.of(64),
    region: Uint8Array.of(4),
    alone: Uint8Array.of(0),
    words: Float64Array.of(2),
  },
  registers: [],
  table,
}

/** The state as a file has it, then as it is taken back. */
function again(changed: ShardsState, instructions = 150n): ShardsState {
  const kept: Uint8Array[] = []
  const saved = savedShards(changed, bytes => kept.push(bytes.slice()) - 1)
  const source = { instructions, slotBytes: 4 as const, bytes: (index: number) => kept[index]! }
  return restoredShards(JSON.parse(JSON.stringify(saved)), source)
}

describe('content that contradicts itself', () => {
  const { crossings } = state
  const line = { producer: 0, consumer: 1, register: 5, from: undefined, to: 64 }
  const wrong: [name: string, changed: ShardsState, instructions: bigint][] = [
    ['ends', { ...state, ends: [100, 100] }, 150n],
    ['shard', { ...state, ended: [{ start: 1, instructions: 99, ...shard }] }, 150n],
    ['instructions', state, 99n],
    ['more instructions', state, 201n],
    ['producer', { ...state, crossings: { ...crossings, producer: Uint32Array.of(1) } }, 150n],
    ['consumer', { ...state, crossings: { ...crossings, consumer: Uint32Array.of(2) } }, 150n],
    ['from', { ...state, crossings: { ...crossings, from: Int32Array.of(-4) } }, 150n],
    ['to', { ...state, crossings: { ...crossings, to: Int32Array.of(3) } }, 150n],
    ['region', { ...state, crossings: { ...crossings, region: Uint8Array.of(5) } }, 150n],
    ['alone', { ...state, crossings: { ...crossings, alone: Uint8Array.of(2) } }, 150n],
    ['words', { ...state, crossings: { ...crossings, words: Float64Array.of(0.5) } }, 150n],
    ['columns', { ...state, crossings: { ...crossings, words: Float64Array.of(1, 2) } }, 150n],
    ['register', { ...state, registers: [line] }, 150n],
  ]
  test.each(wrong)('%s', (_name, changed, instructions) => {
    expect(() => again(changed, instructions)).toThrow(/of the shards$/)
  })

  test('the table', async () => {
    expect(again(state)).toEqual(state)
    const layout = layoutOf(defaultMachine(64))
    const area = { buffer: new SharedArrayBuffer(layout.areaBytes), offset: 0 }
    const empty = new ShardTable(area, layout, 4)
    const changes: readonly Partial<TableState>[] = [
      { words: Uint32Array.of(16, 16, 17) },
      { words: Uint32Array.of(16, 17, 2 ** 27) },
      { words: Uint32Array.of(16, 17) },
      { shards: Uint32Array.of(0, 2, 2) },
      { shards: Uint32Array.of(1, 2, 3) },
      { slots: Uint32Array.of(5, 6, (7 | ALONE) >>> 0) },
      { slots: Uint32Array.of(5, 2 ** 28, 7) },
      { counts: [3, 2, 1, 26, 0, 0, 1] },
      { counts: [2] },
      { registers: registers.with(5, 2) },
      { registers: registers.with(40, SLOT_MASK + 1) },
      { registers: registers.subarray(1) },
    ]
    for (const change of changes)
      await expect(restoreTable(empty, { ...table, ...change }, 2), Object.keys(change)[0]).rejects.toThrow(
        /of the shards' table$/,
      )
    await restoreTable(empty, table, 2)
    expect(await captureTable(empty)).toEqual(table)
  })
})
