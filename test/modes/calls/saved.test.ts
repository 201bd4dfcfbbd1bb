/** Runs in mode `calls` that are saved and restored, and what of saved ones is refused. */
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { LONG_SEARCHES } from '../../../src/layout/calls.ts'
import type { OpenCalls } from '../../../src/modes/calls/open-calls.ts'
import type { CallCounts } from '../../../src/modes/calls/counts.ts'
import { restoredCalls, savedCalls } from '../../../src/modes/calls/saved.ts'
import { DEFAULT_MEMORY } from '../../../src/elf/image.ts'
import { functionsOf } from '../../../src/modes/calls/functions.ts'
import { useDirectory } from '../../run/saved-support.ts'
import { artifactOf, engines, useRvr, widths } from '../../run/support.ts'
import { useMoves } from '../../run/tier-support.ts'
import { randomCalls } from './random-guest.ts'
import { callsOf } from './support.ts'

const host = useRvr('shared', 'quick')
const movingAfter = useMoves()
const directory = useDirectory()

test.each(widths)('RV%i: a run that is saved anywhere goes on as if it had not been', async xlen => {
  for (let seed = 1; seed <= 2; seed++) {
    const guest = await host.rvr.load(randomCalls(xlen, seed, { symbols: 'some', second: seed % 2 === 0 }))
    const artifact = guest.interpret('calls')
    using whole = await artifact.execute({ maxInstructions: 9000 })
    const most = whole.outcome === 'suspended' ? 9000 : Number(whole.instret)
    for (const part of [0, 1, 5, 7]) {
      const first = Math.min(most - 1, Math.floor((most * part) / 8))
      using begun = await artifact.execute({ maxInstructions: first })
      const file = await begun.save(join(directory.path, `${xlen}-${seed}-${part}.run`))
      using restored = await artifact.resumeFrom(file, { maxInstructions: 9000 - first })
      expect(callsOf(restored)).toEqual(callsOf(whole))
    }
  }
})

test.each(widths)('RV%i: runs move between engines, as they are or as files', async xlen => {
  const guest = await host.rvr.load(randomCalls(xlen, 4, { symbols: 'all' }))
  const native = await artifactOf(guest, 'calls', 'native')
  using whole = await guest.interpret('calls').execute({ maxInstructions: 9000 })
  const half = Math.floor(Number(whole.instret) / 2)
  for (const after of [1, 77, half]) {
    const artifact = await movingAfter(guest, native, BigInt(after))
    using moved = await artifact.execute({ maxInstructions: 9000 })
    expect([moved.engine, moved.interpreted]).toEqual(['native', BigInt(after)])
    expect(callsOf(moved)).toEqual(callsOf(whole))
  }
  for (const [index, engine] of engines.entries()) {
    using begun = await (await artifactOf(guest, 'calls', engine)).execute({ maxInstructions: half })
    const file = await begun.save(join(directory.path, `${xlen}-${engine}.run`))
    const other = await artifactOf(guest, 'calls', engines[(index + 1) % engines.length]!)
    using restored = await other.resumeFrom(file, { maxInstructions: 9000 - half })
    expect(callsOf(restored)).toEqual(callsOf(whole))
  }
})

describe('what is refused', () => {
  const functions = functionsOf(
    {
      xlen: 32,
      entry: 0x100,
      memory: DEFAULT_MEMORY,
      direct: DEFAULT_MEMORY,
      segments: [
        {
          address: 0x100,
          bytes: new Uint8Array(64),
          memorySize: 64,
          readable: true,
          writable: false,
          executable: true,
        },
      ],
      symbols: [{ name: 'f', address: 0x120, size: 32, kind: 'function' }],
      sections: { code: [], data: [] },
      architecture: undefined,
      isCompressed: false,
      end: 0x140,
      file: new Uint8Array(),
      digest: '',
    },
    4,
  )
  const counts: CallCounts = {
    functions: functions.starts,
    paths: { parent: Int32Array.of(-1, 0), function: Int32Array.of(0, 1), isTail: Uint8Array.of(0, 0) },
    contexts: {
      path: Uint32Array.of(0, 1, 1),
      step: Int32Array.of(0, -1, 2),
      calls: Float64Array.of(0, 1, 2),
      touches: undefined,
      firstRun: Uint32Array.of(0, 1, 2, 2),
    },
    runs: {
      slotBytes: 4,
      pc: Uint32Array.of(0x100, 0x124),
      instructions: Uint32Array.of(2, 1),
      times: Float64Array.of(3, 4),
    },
    extraRows: { context: Uint32Array.of(1), pc: Uint32Array.of(0x124), rows: Float64Array.of(5) },
    unmatched: 1,
    skipped: 2,
    forgotten: 3,
  }
  const open: OpenCalls = {
    paths: { parent: Int32Array.of(-1, 0), function: Int32Array.of(0, 1), isTail: Uint8Array.of(0, 1) },
    current: 1,
    step: 2,
    frames: { path: Uint32Array.of(0), ret: Uint32Array.of(0x108), sp: Uint32Array.of(7) },
    searches: LONG_SEARCHES,
  }

  /** What is read back of what was written, with `change` in between. */
  function again(
    changes: {
      readonly counts?: Partial<CallCounts>
      readonly open?: Partial<OpenCalls>
      readonly instructions?: bigint
    },
    change: (saved: Record<string, unknown>, kept: Uint8Array[]) => void = () => {},
  ) {
    const kept: Uint8Array[] = []
    const from = { counts: { ...counts, ...changes.counts }, open: { ...open, ...changes.open } }
    const saved = savedCalls(from.counts, from.open, bytes => kept.push(bytes) - 1)
    const data = JSON.parse(JSON.stringify(saved)) as Record<string, unknown>
    change(data, kept)
    const bytes = (index: number): Uint8Array => {
      if (kept[index] === undefined) throw new Error(`no byte string ${index}`)
      return kept[index]
    }
    return restoredCalls(data, { functions, leaves: 2 ** 26, instructions: changes.instructions ?? 10n, bytes })
  }

  test('nothing of what was written', () => expect(again({})).toEqual({ counts, open }))

  const { paths, contexts, runs, extraRows } = counts
  const { frames } = open
  test.each<readonly [string, Parameters<typeof again>[0], RegExp]>([
    ['other instructions', { instructions: 11n }, /counts/],
    ['a path before its caller', { counts: { paths: { ...paths, parent: Int32Array.of(1, 0) } } }, /paths/],
    ['a path of no function', { counts: { paths: { ...paths, function: Int32Array.of(0, 2) } } }, /paths/],
    ['UNMATCHED below a path', { counts: { paths: { ...paths, function: Int32Array.of(0, -1) } } }, /paths/],
    ['a jump of a kind unknown', { counts: { paths: { ...paths, isTail: Uint8Array.of(0, 2) } } }, /paths/],
    ['paths of different length', { counts: { paths: { ...paths, isTail: Uint8Array.of(0) } } }, /paths/],
    [
      'two paths alike',
      { counts: { paths: { parent: Int32Array.of(-1, -1), function: Int32Array.of(1, 1), isTail: paths.isTail } } },
      /paths/,
    ],
    ['a context of no path', { counts: { contexts: { ...contexts, path: Uint32Array.of(0, 1, 2) } } }, /contexts/],
    ['contexts out of order', { counts: { contexts: { ...contexts, step: Int32Array.of(0, 2, -1) } } }, /contexts/],
    [
      'a step that no marker says',
      { counts: { contexts: { ...contexts, step: Int32Array.of(0, 1, 2048) } } },
      /contexts/,
    ],
    [
      'calls that are no number',
      { counts: { contexts: { ...contexts, calls: Float64Array.of(0, NaN, 1) } } },
      /contexts/,
    ],
    [
      'runs that begin late',
      { counts: { contexts: { ...contexts, firstRun: Uint32Array.of(1, 1, 2, 2) } } },
      /contexts/,
    ],
    ['a run of another function', { counts: { runs: { ...runs, pc: Uint32Array.of(0x100, 0x104) } } }, /counts/],
    ['a run that is no instruction', { counts: { runs: { ...runs, pc: Uint32Array.of(0x101, 0x124) } } }, /counts/],
    ['a run that goes too far', { counts: { runs: { ...runs, instructions: Uint32Array.of(9, 1) } } }, /counts/],
    ['times below 0', { counts: { runs: { ...runs, times: Float64Array.of(8, -6) } } }, /counts/],
    ['rows of no context', { counts: { extraRows: { ...extraRows, context: Uint32Array.of(3) } } }, /rows/],
    ['rows of another function', { counts: { extraRows: { ...extraRows, pc: Uint32Array.of(0x104) } } }, /rows/],
    ['a place that is none', { open: { current: 2 } }, /open calls/],
    ['frames of different length', { open: { frames: { ...frames, sp: new Uint32Array() } } }, /open calls/],
    ['a frame of no path', { open: { frames: { ...frames, path: Uint32Array.of(2) } } }, /open calls/],
    ['a return to no instruction', { open: { frames: { ...frames, ret: Uint32Array.of(0x109) } } }, /open calls/],
    ['a step that is none', { open: { step: 5000 } }, /2047/],
    ['more searches than there are', { open: { searches: LONG_SEARCHES + 1 } }, /1024/],
  ])('%s', (_name, changes, message) => expect(() => again(changes)).toThrow(message))

  test('leaves that have been touched, unless they are not those that contexts have counted', () => {
    const touched = { first: Uint32Array.of(1, 2 ** 26 - 1), count: Uint32Array.of(2, 1) }
    const counted = (...touches: number[]) => ({ contexts: { ...contexts, touches: Float64Array.from(touches) } })
    const whole = { counts: counted(1, 0, 2), open: { touched } }
    expect(again(whole)).toEqual({ counts: { ...counts, ...whole.counts }, open: { ...open, touched } })
    const first = Uint32Array.of(1, 2)
    for (const other of [
      { ...whole, open: {} },
      { ...whole, counts: {} },
      { ...whole, counts: counted(1, 1, 2) },
      { ...whole, open: { touched: { ...touched, first } } },
      { ...whole, open: { touched: { ...touched, first: Uint32Array.of(1, 2 ** 26) } } },
      { ...whole, open: { touched: { ...touched, count: Uint32Array.of(3, 0) } } },
      { ...whole, open: { touched: { ...touched, count: Uint32Array.of(3) } } },
    ])
      expect(() => again(other)).toThrow(/touches/)
  })

  test('columns that are cut off or missing, fields that are missing or new', () => {
    expect(() => again({}, (_saved, kept) => (kept[0] = kept[0]!.subarray(1)))).toThrow(/cut off/)
    expect(() => again({}, (_saved, kept) => kept.pop())).toThrow(/byte string/)
    expect(() => again({}, saved => delete saved['runs'])).toThrow(/runs/)
    expect(() => again({}, saved => (saved['more'] = 1))).toThrow(/more/)
    expect(() => again({}, saved => delete saved['open'])).toThrow(/open calls/)
  })
})
