/** Items that guests pull: recorded, emitted, and run by; whatever does not fit is refused with the item's name. */
import { createHash } from 'node:crypto'
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Xlen } from '../../src/elf/image.ts'
import {
  directoryStore,
  emitStream,
  MemoryStore,
  recordOrder,
  type Artifact,
  type PulledItems,
  type Run,
} from '../../src/index.ts'
import { artifactOf, engines, errorOf, expectSame, fixture, useRvr, widths } from '../run/support.ts'
import { useDirectory } from '../run/saved-support.ts'

const host = useRvr('shared', 'quick')
const directory = useDirectory()

type Name = readonly [kind: number, key: number]

const keyOf = (key: number): Uint8Array => new Uint8Array(Uint32Array.of(key).buffer)
/** The guest's input: which items it pulls. */
const wanted = (names: readonly Name[]): Uint8Array => new Uint8Array(Uint32Array.from(names.flat()).buffer)
const payloadOf = ([kind, key]: Name): Uint8Array =>
  createHash('shake256', { outputLength: 1 + ((kind * 977 + key * 131) % 9000) })
    .update(`${kind} ${key}`)
    .digest()

function storeOf(names: readonly Name[]): MemoryStore {
  const store = new MemoryStore()
  const seen = new Set<string>()
  for (const name of names) {
    if (!seen.has(`${name}`)) store.add(name[0], keyOf(name[1]), payloadOf(name))
    seen.add(`${name}`)
  }
  return store
}

const names: readonly Name[] = [
  [1, 7],
  [2, 7],
  [1, 7],
  [0xffff_ffff, 0],
  [1, 0x8000_0000],
]

/** Bytes and sum that the guest reveals. */
function revealed(run: Run): [bytes: number, sum: number] {
  const view = new DataView(run.publicValues.buffer)
  return [Number(view.getBigUint64(0, true)), Number(view.getBigUint64(8, true))]
}

function expectedOf(pulled: readonly Name[]): [bytes: number, sum: number] {
  const all = pulled.map(payloadOf)
  const total = (values: Iterable<number>): number => [...values].reduce((sum, value) => sum + value, 0)
  return [total(all.map(({ length }) => length)), total(all.map(total))]
}

const interpreted = async (xlen: Xlen): Promise<Artifact> =>
  (await host.rvr.load(fixture('pull', xlen))).interpret('pure')

async function streamOf(artifact: Artifact, pulled: readonly Name[]): Promise<PulledItems> {
  const store = storeOf(pulled)
  const { order, run } = await recordOrder(artifact, store, { inputs: [wanted(pulled)] })
  run.dispose()
  return emitStream(order, store)
}

describe.each(widths)('RV%i', xlen => {
  test('the order is recorded, with place and length of each item', async () => {
    const artifact = await interpreted(xlen)
    const { order, run } = await recordOrder(artifact, storeOf(names), { inputs: [wanted(names)] })
    using ended = run
    expect([ended.outcome, ended.exitCode]).toEqual(['terminated', 0])
    expect(revealed(ended)).toEqual(expectedOf(names))
    expect(order.guest).toBe(artifact.guestDigest)
    expect(order.pulls.map(({ kind, key, bytes }) => ({ kind, key, bytes }))).toEqual(
      names.map(name => ({
        kind: name[0],
        key: Buffer.from(keyOf(name[1])).toString('hex'),
        bytes: payloadOf(name).length,
      })),
    )
    expect(new Set(order.pulls.map(({ pc }) => pc)).size).toBe(1)
    const counts = order.pulls.map(({ instret }) => instret)
    expect(counts).toEqual(counts.toSorted((a, b) => a - b))
  })

  test.each(engines)('a stream is the same run: %s', async engine => {
    const guest = await host.rvr.load(fixture('pull', xlen))
    const stream = await streamOf(guest.interpret('pure'), names)
    using streamed = await (await artifactOf(guest, 'metered', engine)).execute({ inputs: [wanted(names)], stream })
    expect(streamed.outcome).toBe('terminated')
    expect(revealed(streamed)).toEqual(expectedOf(names))
    // A host that knows nothing of pulls hands over the same items as inputs.
    const { frameOf } = await import('../../src/extensions/io/pull.ts')
    const inputs = [wanted(names), ...stream.items.map(frameOf)]
    using plain = await guest.interpret('metered').execute({ inputs })
    expectSame(streamed, plain)
  })

  test('the library in Rust pulls the same, and its guest panics where something else comes', async () => {
    const artifact = (await host.rvr.load(fixture('pull-rust', xlen))).interpret('pure')
    const inputs = [wanted(names)]
    const { order, run } = await recordOrder(artifact, storeOf(names), { inputs })
    using recorded = run
    expect(revealed(recorded)).toEqual(expectedOf(names))
    using streamed = await artifact.execute({ inputs, stream: await emitStream(order, storeOf(names)) })
    expectSame(streamed, recorded)
    // Without a stream: frames of other items, and a record that is no frame.
    const { frameOf } = await import('../../src/extensions/io/pull.ts')
    const other = { kind: 1, key: keyOf(8), payload: payloadOf([1, 8]) }
    for (const record of [frameOf(other), new Uint8Array(3)]) {
      using failed = await artifact.execute({ inputs: [wanted(names.slice(0, 1)), record] })
      expect([failed.outcome, failed.exitCode]).toEqual(['terminated', 1])
    }
  })

  test('a run with a stream is suspended anywhere, saved, and goes on', async () => {
    const artifact = (await host.rvr.load(fixture('pull', xlen))).interpret('metered')
    const stream = await streamOf(await interpreted(xlen), names)
    const inputs = [wanted(names)]
    using whole = await artifact.execute({ inputs, stream })
    for (const maxInstructions of [0n, 100n, whole.instret / 3n, whole.instret - 1n]) {
      using part = await artifact.execute({ inputs, stream, maxInstructions })
      const file = await part.save(`${directory.path}/part.run`)
      using rest = await artifact.resumeFrom(file)
      expectSame(rest, whole)
      using again = await rest.segmentStart(0)
      expect(again.instret).toBe(0n)
      using continued = await again.resume()
      expectSame(continued, whole)
    }
  })
})

const refused = async (
  artifact: Artifact,
  pulled: readonly Name[],
  change: (items: PulledItems['items']) => unknown,
) => {
  const stream = await streamOf(artifact, pulled)
  const items = [...stream.items]
  return artifact.execute({
    inputs: [wanted(pulled)],
    stream: { ...stream, items: (change(items) ?? items) as PulledItems['items'] },
  })
}

describe('what does not fit', () => {
  const cases: readonly [
    what: string,
    change: (items: PulledItems['items'][number][]) => unknown,
    kind: string,
    item: Name,
    message: RegExp,
  ][] = [
    ['missing at the end', items => items.slice(0, 4), 'stream-missing', names[4]!, /at its end/],
    ['missing within', items => items.toSpliced(1, 1), 'stream-missing', names[1]!, /does not have it any more/],
    ['reordered', items => [items[1], items[0], ...items.slice(2)], 'stream-reordered', names[0]!, /comes next/],
    ['twice', items => [items[0], ...items], 'stream-duplicate', names[1]!, /once more/],
    [
      'a key that is longer',
      items => items.with(1, { ...items[1]!, key: new Uint8Array(5) }),
      'stream-missing',
      names[1]!,
      /any more/,
    ],
  ]
  test.each(cases)('%s', async (_, change, kind, [itemKind, key], message) => {
    using run = await refused(await interpreted(64), names, change as never)
    expect(run.outcome).toBe('trapped')
    expect(run.trap).toMatchObject({
      kind,
      item: { kind: itemKind, key: Buffer.from(keyOf(key)).toString('hex') },
      instret: run.instret,
      message: expect.stringMatching(message),
    })
  })

  test('left over', async () => {
    const artifact = await interpreted(64)
    const error = await errorOf(refused(artifact, names, items => [...items, items[0]]))
    expect(error).toMatchObject({
      code: 'STREAM_INVALID',
      details: { what: 'extra', kind: 1, key: '07000000', pc: expect.any(Number), instret: expect.any(Number) },
    })
  })

  test('left over by a guest that gave up', async () => {
    const artifact = await interpreted(64)
    const stream = await streamOf(artifact, names)
    using run = await artifact.execute({ inputs: [new Uint8Array(3)], stream })
    expect([run.outcome, run.exitCode]).toEqual(['terminated', 1])
  })

  const placed = { pc: expect.any(Number), instret: expect.any(Number) }

  test('a guest that pulls nothing has its whole stream left', async () => {
    const artifact = await interpreted(64)
    const stream = await streamOf(artifact, names)
    const error = await errorOf(artifact.execute({ inputs: [wanted([])], stream }))
    expect(error).toMatchObject({
      code: 'STREAM_INVALID',
      message: expect.stringContaining('5 items'),
      details: { what: 'extra', kind: 1, key: '07000000', ...placed },
    })
  })

  test('pulled in another order the second time', async () => {
    const artifact = await interpreted(64)
    const stream = await streamOf(artifact, names)
    const others = [names[0]!, names[3]!, names[1]!]
    using run = await artifact.execute({ inputs: [wanted(others)], stream })
    expect(run.trap).toMatchObject({
      kind: 'stream-reordered',
      item: { kind: 0xffff_ffff, key: '00000000' },
      pc: run.pc,
      instret: run.instret,
    })
  })

  test('recorded up to the middle, and run further', async () => {
    const artifact = await interpreted(64)
    const inputs = [wanted(names)]
    const { order, run } = await recordOrder(artifact, storeOf(names), { inputs, maxInstructions: 2_000 })
    run.dispose()
    const stream = await emitStream(order, storeOf(names))
    using again = await artifact.execute({ inputs, stream })
    const next = names[order.pulls.length]!
    expect(again.trap).toMatchObject({ kind: 'stream-missing', item: { kind: next[0] }, instret: again.instret })
    // Up to there it is whole.
    using part = await artifact.execute({ inputs, stream, maxInstructions: 2_000 })
    expect([part.stopCause, part.instret]).toEqual(['instructions', 2_000n])
  })

  test('of another guest', async () => {
    const stream = await streamOf(await interpreted(64), names)
    const error = await errorOf((await interpreted(32)).execute({ inputs: [wanted(names)], stream }))
    expect(error).toMatchObject({ code: 'STREAM_INVALID', details: { what: 'guest' } })
  })

  test('of ABI linux', async () => {
    const guest = await host.rvr.load(fixture('hello', 64), { abi: 'linux' })
    const error = await errorOf(guest.interpret('pure').execute({ stream: { guest: guest.digest, items: [] } }))
    expect(error).toMatchObject({ code: 'USAGE', message: expect.stringContaining('linux') })
  })

  test('missing in the store', async () => {
    const error = await errorOf(
      recordOrder(await interpreted(64), storeOf(names.slice(0, 1)), { inputs: [wanted(names)] }),
    )
    expect(error).toMatchObject({
      code: 'STREAM_INVALID',
      details: { what: 'missing', kind: 2, key: '07000000', pc: expect.any(Number), instret: expect.any(Number) },
    })
  })

  test('too large, wherever that is found', async () => {
    const artifact = await interpreted(64)
    const inputs = [wanted(names)]
    const details = { what: 'oversized', kind: 1, key: '07000000', ...placed }
    const large = { get: () => new Uint8Array(2 ** 26 + 1) }
    expect(await errorOf(recordOrder(artifact, large, { inputs }))).toMatchObject({ code: 'STREAM_INVALID', details })
    const folder = join(directory.path, 'items')
    mkdirSync(folder)
    const file = join(folder, '1-07000000')
    writeFileSync(file, '')
    truncateSync(file, 2 ** 32)
    const { order, run } = await recordOrder(artifact, storeOf(names), { inputs })
    run.dispose()
    const store = await directoryStore(folder)
    expect(await errorOf(recordOrder(artifact, store, { inputs }))).toMatchObject({ code: 'STREAM_INVALID', details })
    expect(await errorOf(emitStream(order, store))).toMatchObject({ code: 'STREAM_INVALID', details })
    const add = (): unknown => new MemoryStore().add(1, keyOf(7), new Uint8Array(2 ** 26 + 1))
    expect(add).toThrow(expect.objectContaining({ details: { what: 'oversized', kind: 1, key: '07000000' } }))
  })

  test('changed since it was recorded', async () => {
    const store = storeOf(names)
    const { order, run } = await recordOrder(await interpreted(64), store, { inputs: [wanted(names)] })
    run.dispose()
    const other = { get: (kind: number, key: Uint8Array) => store.get(kind, key)?.subarray(1) }
    expect(await errorOf(emitStream(order, other))).toMatchObject({
      code: 'STREAM_INVALID',
      details: { what: 'changed', kind: 1, key: '07000000', ...placed },
    })
  })

  test('twice in a store', () => {
    const add = (): unknown => new MemoryStore().add(1, keyOf(1), keyOf(1)).add(1, keyOf(1), keyOf(2))
    expect(add).toThrow(
      expect.objectContaining({ code: 'STREAM_INVALID', details: { what: 'duplicate', kind: 1, key: '01000000' } }),
    )
  })

  test('a store that fails keeps its error, and one that answers late is waited for', async () => {
    const artifact = await interpreted(32)
    const failing = { get: () => Promise.reject(new Error('the disk is gone')) }
    await expect(recordOrder(artifact, failing, { inputs: [wanted(names)] })).rejects.toThrow('the disk is gone')
    const store = storeOf(names)
    const late = { get: async (kind: number, key: Uint8Array) => store.get(kind, key) }
    const { run } = await recordOrder(artifact, late, { inputs: [wanted(names)] })
    using ended = run
    expect(revealed(ended)).toEqual(expectedOf(names))
  })

  test('a guest that pulls nothing has an empty order', async () => {
    const { order, run } = await recordOrder(await interpreted(64), new MemoryStore(), { inputs: [wanted([])] })
    using ended = run
    expect([ended.exitCode, order.pulls]).toEqual([0, []])
    const stream = await emitStream(order, new MemoryStore())
    using streamed = await (await interpreted(64)).execute({ inputs: [wanted([])], stream })
    expect(streamed.exitCode).toBe(0)
  })

  test('limits count from the start of what is recorded', async () => {
    const artifact = await interpreted(64)
    const { order, run } = await recordOrder(artifact, storeOf(names), {
      inputs: [wanted(names)],
      maxInstructions: 2_000n,
    })
    using stopped = run
    expect([stopped.stopCause, stopped.instret]).toEqual(['instructions', 2_000n])
    expect(order.pulls.every(({ instret }) => instret < 2_000)).toBe(true)
    expect(order.pulls.length).toBeGreaterThan(0)
  })

  test('cuts of segments are told of between pulls too, and a run that stops at them stops there', async () => {
    const artifact = (await host.rvr.load(fixture('pull', 64))).interpret('metered')
    const given = { inputs: [wanted(names)], segmentLimits: { maxTraceHeight: 2 ** 12 } }
    const stream = await streamOf(await interpreted(64), names)
    using whole = await artifact.execute({ ...given, stream })
    const cuts = whole.segments.slice(1).map(({ instretStart }) => instretStart)
    const seen: number[] = []
    const onSegment = (at: Run): void => void seen.push(Number(at.instret))
    const { order, run } = await recordOrder(artifact, storeOf(names), { ...given, onSegment })
    using recorded = run
    expectSame(recorded, whole)
    expect(seen).toEqual(cuts)
    using second = await recorded.segmentStart(1)
    expect(Number(second.instret)).toBe(cuts[0])
    using rest = await second.resume()
    expectSame(rest, whole)
    expect((await recorded.shards()).shards.map(({ start }) => start)).toEqual([0, ...cuts])
    // Not all of them are in front of the first pull.
    expect(cuts.findLast(cut => cut > order.pulls[0]!.instret)).toBeDefined()
    const { order: first, run: stopped } = await recordOrder(artifact, storeOf(names), {
      ...given,
      stopAtSegment: true,
    })
    using suspended = stopped
    expect([suspended.stopCause, Number(suspended.instret)]).toEqual(['segment', cuts[0]])
    expect(first.pulls).toEqual(order.pulls.filter(({ instret }) => instret < cuts[0]!))
    expect(first.pulls.length).toBeGreaterThan(0)
  })
})
