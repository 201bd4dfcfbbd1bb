/** Runs as objects: their memory, who may resume them, and what is left after they are disposed. */
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { Rvr, u64, type Artifact } from '../../src/index.ts'
import type { Assembler } from '../support/assembler.ts'
import {
  artifactOf,
  DATA,
  endless,
  engines,
  errorOf,
  factsOf,
  fixture,
  program,
  useRvr,
  type Engine,
} from './support.ts'
import type { ModeName } from '../../src/index.ts'

const host = useRvr('own')
const MEMORY_BYTES = 2 ** 29

/** Waits until somebody stores an exit code at DATA, then reveals it. */
const waiting = (code: Assembler): unknown =>
  code
    .li('s0', DATA)
    .label('loop')
    .op('lw', { rd: 'a0', rs1: 's0' })
    .op('beq', { rs1: 'a0', target: 'loop' })
    .op('reveal', { rd: 0, rs1: 'a0' })
    .op('terminate')

/** Adds 1 to the word at DATA, a thousand times, and reveals the sum. */
const counting = (code: Assembler): unknown =>
  code
    .li('s0', DATA)
    .li('t0', 1000)
    .label('loop')
    .op('lw', { rd: 'a0', rs1: 's0' })
    .op('addi', { rd: 'a0', rs1: 'a0', imm: 1 })
    .op('sw', { rs1: 's0', rs2: 'a0' })
    .op('addi', { rd: 't0', rs1: 't0', imm: -1 })
    .op('bne', { rs1: 't0', target: 'loop' })
    .op('reveal', { rd: 0, rs1: 'a0' })
    .op('terminate')

const prepare = async (write: (code: Assembler) => unknown, engine: Engine, rvr = host.rvr): Promise<Artifact> =>
  artifactOf(await rvr.load(program(64, write)), 'pure', engine)

describe.each(engines)('%s', engine => {
  test('memory is live and not a copy: what the host writes, the resumed guest reads', async () => {
    const run = await (await prepare(waiting, engine)).execute({ maxInstructions: 1000 })
    expect(run.memory.bytes.length).toBe(MEMORY_BYTES)
    const { bytes } = run.memory
    const copy = run.memory.read(DATA, 4)
    bytes[DATA] = 77
    expect(copy).toEqual(new Uint8Array(4))
    expect(run.memory.read(DATA, 4)).toEqual(Uint8Array.of(77, 0, 0, 0))
    const next = await run.resume()
    expect(next.outcome).toBe('terminated')
    expect(next.publicValues[0]).toBe(77)
    expect(next.memory.bytes.buffer).toBe(bytes.buffer)
    expect(new Uint8Array(next.memory.bytes.buffer, bytes.byteOffset)[DATA]).toBe(77)
    next.dispose()
  })

  test('memory.read answers inside guest memory and nowhere else', async () => {
    using run = await (await prepare(counting, engine)).execute()
    expect(run.memory.read(MEMORY_BYTES - 4, 4)).toEqual(new Uint8Array(4))
    expect(run.memory.read(MEMORY_BYTES, 0)).toEqual(new Uint8Array(0))
    for (const [address, length] of [
      [MEMORY_BYTES - 4, 5],
      [MEMORY_BYTES, 1],
      [-1, 4],
      [0, -1],
      [0, MEMORY_BYTES + 1],
      [Number.NaN, 1],
      [2 ** 53, 1],
    ] as const) {
      expect(() => run.memory.read(address, length), `${length} bytes at ${address}`).toThrow(
        expect.objectContaining({ code: 'USAGE' }),
      )
    }
  })

  test('only the newest state of a suspended run can be resumed, and its values stay', async () => {
    const run = await (await prepare(counting, engine)).execute({ maxInstructions: 100 })
    const before = structuredClone(factsOf(run))
    const next = await run.resume({ maxInstructions: 100 })
    expect(factsOf(run)).toEqual(before)
    expect(await errorOf(run.resume())).toMatchObject({ code: 'USAGE', hint: expect.stringContaining('resume') })
    const [first, second] = [next.resume({ maxInstructions: 10 }), errorOf(next.resume({ maxInstructions: 10 }))]
    expect(await second).toMatchObject({ code: 'USAGE' })
    const last = await (await first).resume()
    expect(last.outcome).toBe('terminated')
    expect(new DataView(last.publicValues.buffer).getUint32(0, true)).toBe(1000)
    expect(await errorOf(last.resume())).toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('terminated'),
    })
    last.dispose()
  })

  test('a disposed run keeps its values and nothing else', async () => {
    const run = await (await prepare(counting, engine)).execute({ maxInstructions: 100 })
    const before = structuredClone(factsOf(run))
    run.dispose()
    run.dispose()
    expect(factsOf(run)).toEqual(before)
    expect(await errorOf(run.resume())).toMatchObject({ code: 'DISPOSED' })
    // The view stays readable: a host that looks too late must not crash.
    expect(run.memory.bytes.length).toBe(MEMORY_BYTES)
    if (engine === 'native') expect(run.memory.read(0x200800, 8)).toEqual(new Uint8Array(8))
  })

  test('runs of one artifact and of two guests share no memory', async () => {
    const [one, other] = [await prepare(counting, engine), await prepare(waiting, engine)]
    const runs = await Promise.all([one, one, other].map(artifact => artifact.execute({ maxInstructions: 2000 })))
    const [first, second, third] = runs.map(run => run.memory)
    expect(first!.read(DATA, 4)).toEqual(second!.read(DATA, 4))
    expect(first!.read(DATA, 1)).not.toEqual(Uint8Array.of(0))
    expect(third!.read(DATA, 4)).toEqual(new Uint8Array(4))
    first!.bytes.fill(0xee, DATA, DATA + 16)
    expect(second!.bytes[DATA]).not.toBe(0xee)
    expect(third!.bytes[DATA]).toBe(0)
    for (const run of runs) run.dispose()
  })

  test('many runs one after the other give their memory back', async () => {
    const artifact = await prepare(counting, engine)
    for (let round = 0; round < 40; round++) {
      using run = await artifact.execute()
      expect(run.publicValues[0]).toBe(1000 & 0xff)
    }
  })

  test('a disposed Rvr starts nothing, and ends what still runs', async () => {
    const rvr = await Rvr.create({ cacheDir: host.rvr.cache.directory! })
    const artifact = await prepare(endless['loads and stores']!, engine, rvr)
    const running = errorOf(artifact.execute())
    await sleep(50)
    await rvr.dispose()
    expect(await running).toMatchObject({ code: 'DISPOSED' })
    expect(await errorOf(artifact.execute())).toMatchObject({ code: 'DISPOSED' })
    await rvr.dispose()
  })
})

test('guests of two widths and two modes run at once', async () => {
  const jobs = [32, 64].flatMap(xlen =>
    ['pure', 'metered', 'metered-cost'].map(mode => ({ xlen: xlen as 32 | 64, mode })),
  )
  const runs = await Promise.all(
    jobs.map(async ({ xlen, mode }) =>
      (await (await host.rvr.load(fixture('fibonacci', xlen))).compile(mode as ModeName)).execute({
        inputs: [u64(90)],
      }),
    ),
  )
  for (const run of runs) {
    expect(new DataView(run.publicValues.buffer).getBigUint64(0, true)).toBe(2880067194370816120n)
    run.dispose()
  }
})

test.each([Number.NaN, 1.5, -1, Infinity])('a limit of %s is bad usage', async limit => {
  const artifact = await prepare(counting, 'native')
  expect(await errorOf(artifact.execute({ maxInstructions: limit }))).toMatchObject({ code: 'USAGE' })
})
