/** Stops at cuts: the callback at each, and fresh runs that stand where segments start. */
import { describe, expect, test } from 'vitest'
import { u64, type Artifact, type Run } from '../../src/index.ts'
import { artifactOf, engines, errorOf, factsOf, fixture, useRvr, type Engine } from './support.ts'

const host = useRvr('shared', 'quick')
const options = { inputs: [u64(3000)], segmentLimits: { maxTraceHeight: 2048 } }
const artifact = async (engine: Engine, mode = 'metered'): Promise<Artifact> =>
  artifactOf(await host.rvr.load(fixture('fibonacci', 64)), mode, engine)

/** Everything of a guest's state but its counts. */
const stateOf = ({ pc, registers, memory }: Run) => ({
  pc,
  registers,
  low: Buffer.from(memory.read(0, 4 << 20)).toString('latin1'),
})

describe.each(engines)('%s', engine => {
  test('onSegment is called at every cut, and the run ends as one in one piece', async () => {
    const metered = await artifact(engine)
    using whole = await metered.execute(options)
    expect(whole.segments.length).toBeGreaterThan(4)
    const seen: number[] = []
    using run = await metered.execute({
      ...options,
      onSegment: async at => {
        expect(at).toMatchObject({ outcome: 'suspended', stopCause: 'segment' })
        await Promise.resolve()
        seen.push(Number(at.instret))
      },
    })
    expect(seen).toEqual(whole.segments.slice(1).map(({ instretStart }) => instretStart))
    expect(factsOf(run)).toEqual(factsOf(whole))
    expect(run.segments).toEqual(whole.segments)
  })

  test('limits count from the call, not from the last cut', async () => {
    const metered = await artifact(engine)
    using first = await metered.execute({ ...options, maxInstructions: 9000, onSegment: () => {} })
    expect(first).toMatchObject({ outcome: 'suspended', stopCause: 'instructions', instret: 9000n })
    let cuts = 0
    const second = await first.resume({
      maxInstructions: 5000,
      onSegment: () => {
        cuts++
      },
    })
    expect(second).toMatchObject({ stopCause: 'instructions', instret: 14_000n })
    expect(cuts).toBeGreaterThan(0)
    const cost = second.cost!
    const third = await second.resume({ maxCost: 1000, onSegment: () => {} })
    expect(third.stopCause).toBe('cost')
    expect(third.cost! - cost).toBeLessThanOrEqual(1000n)
  })

  test("an error in the callback is the caller's", async () => {
    await expect(
      (await artifact(engine)).execute({
        ...options,
        onSegment: () => {
          throw new Error('enough')
        },
      }),
    ).rejects.toThrow('enough')
  })

  test('segmentStart: the state that the run was in at the cut', async () => {
    const metered = await artifact(engine)
    const pure = await artifact(engine, 'pure')
    const states: ReturnType<typeof stateOf>[] = []
    using run = await metered.execute({ ...options, onSegment: at => void states.push(stateOf(at)) })
    for (const index of [1, 3, run.segments.length - 1]) {
      for (const from of [undefined, pure]) {
        using start = await run.segmentStart(index, from === undefined ? {} : { artifact: from })
        expect(start).toMatchObject({
          outcome: 'suspended',
          instret: BigInt(run.segments[index]!.instretStart),
          mode: from === undefined ? 'metered' : 'pure',
        })
        expect(stateOf(start)).toEqual(states[index - 1])
      }
    }
    using begin = await run.segmentStart(0)
    expect(begin).toMatchObject({ instret: 0n })
    using end = await begin.resume()
    expect(factsOf(end)).toMatchObject({ outcome: 'terminated', instret: run.instret })
    expect((await errorOf(run.segmentStart(run.segments.length))).code).toBe('USAGE')
    const other = await (await host.rvr.load(fixture('echo', 64))).interpret('pure')
    expect((await errorOf(run.segmentStart(0, { artifact: other }))).code).toBe('USAGE')
  })

  test('segmentStarts: all of them in one pass, the open one of a suspended run included', async () => {
    const metered = await artifact(engine)
    const pure = await artifact(engine, 'pure')
    const states: ReturnType<typeof stateOf>[] = []
    using run = await metered.execute({
      ...options,
      maxInstructions: 10_000,
      onSegment: at => void states.push(stateOf(at)),
    })
    const found: ReturnType<typeof stateOf>[] = []
    const counts: number[] = []
    let last: Run | undefined
    for await (const start of run.segmentStarts({ artifact: pure })) {
      counts.push(Number(start.instret))
      found.push(stateOf(start))
      last = start
    }
    expect(counts).toEqual([...run.segments, run.openSegment!].map(({ instretStart }) => instretStart))
    expect(found.slice(1)).toEqual(states)
    expect((await errorOf(last!.resume())).code).toBe('DISPOSED')
  })
})

test('what a guest printed before a segment is not printed again', async () => {
  const guest = await host.rvr.load(fixture('echo', 64))
  let printed = ''
  using run = await guest.interpret('metered').execute({
    inputs: [Buffer.from('hello')],
    onPrint: (_, bytes) => {
      printed += Buffer.from(bytes).toString()
    },
  })
  const before = printed
  expect(before).toContain('hello')
  printed = ''
  using start = await run.segmentStart(0)
  expect(printed).toBe('')
  using again = await start.resume()
  expect(again.outcome).toBe('terminated')
  expect(printed).toBe(before)
})

test('modes without segments have none', async () => {
  const pure = await artifact('interp', 'pure')
  expect((await errorOf(pure.execute({ inputs: [u64(3)], onSegment: () => {} }))).message).toContain(
    'mode pure does not cut segments',
  )
  expect((await errorOf(pure.execute(options))).message).toContain('mode pure does not cut segments')
  using run = await pure.execute({ inputs: [u64(3)] })
  expect((await errorOf(run.segmentStart(0))).hint).toContain('mode metered')
})
