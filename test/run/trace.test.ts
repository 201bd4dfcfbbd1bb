/** Traces: every instruction with what it wrote, from exactly where native code stopped, with the same counts as a run without. */
import { describe, expect, test } from 'vitest'
import { MEMORY_BYTES } from '../../src/elf/image.ts'
import { u64, type Run, type TracedInstruction } from '../../src/index.ts'
import { artifactOf, DATA, engines, errorOf, expectSame, fixture, program, useRvr, widths } from './support.ts'

const host = useRvr('shared', 'quick')

/** Applies a trace to the registers and memory that it began with: what it leaves has to be what the run has. */
function replay(
  from: { readonly registers: readonly bigint[] },
  memory: Uint8Array,
  steps: readonly TracedInstruction[],
): bigint[] {
  const x = [...from.registers]
  for (const step of steps) {
    for (const [register, value] of step.registers) x[register] = value
    for (const { access, address, bytes, value } of step.memory) {
      if (access === 'write' && value !== undefined)
        for (let at = 0; at < bytes; at++) memory[address + at] = Number((value >> BigInt(8 * at)) & 0xffn)
    }
  }
  return x
}

describe.each(widths)('RV%i', xlen => {
  test.each(engines)('a trace tells all that happened to registers and memory (%s)', async engine => {
    const artifact = await artifactOf(await host.rvr.load(fixture('fibonacci', xlen)), 'pure', engine)
    using start = await artifact.execute({ inputs: [u64(3000)], maxInstructions: 10_001 })
    const memory = start.memory.bytes.slice(0, 4 << 20)
    const { run, steps } = await start.trace({ maxInstructions: 777 })
    expect(steps.map(({ instret }) => instret)).toEqual(
      Array.from({ length: 777 }, (_, index) => 10_001n + BigInt(index)),
    )
    expect(steps[0]!.pc).toBe(start.pc)
    expect(replay(start, memory, steps)).toEqual(run.registers)
    expect(Buffer.compare(memory, run.memory.bytes.subarray(0, memory.length))).toBe(0)
    using ended = await run.resume()
    using plain = await artifact.execute({ inputs: [u64(3000)] })
    expectSame(ended, plain)
  })

  test('a whole guest, to its end and to its trap', async () => {
    const guest = await host.rvr.load(fixture('traps', xlen))
    const artifact = guest.interpret('pure')
    for (const [input, last] of [
      [9, 'terminated'],
      [1, 'trapped'],
    ] as const) {
      const inputs = [Uint8Array.of(input)]
      using start = await artifact.execute({ inputs, maxInstructions: 0 })
      const { run, steps } = await start.trace({ maxInstructions: 100_000 })
      expect(run.outcome).toBe(last)
      // What traps has not been executed.
      expect(BigInt(steps.length)).toBe(run.instret)
      using plain = await artifact.execute({ inputs })
      expectSame(run, plain)
    }
  })
})

test('loads, stores, jumps and host instructions', async () => {
  const guest = await host.rvr.load(
    program(64, code => {
      code
        .li('s0', DATA)
        .li('a0', -2)
        .op('sh', { rs1: 's0', rs2: 'a0', imm: 4 })
        .op('lb', { rd: 'a1', rs1: 's0', imm: 5 })
        .op('add', { rd: 0, rs1: 'a0', rs2: 'a0' })
        .op('add', { rd: 'a0', rs1: 'a0', rs2: 0 })
        .li('a2', 2)
        .op('hint_random', { rd: 'a2' })
        .op('hint_buffer', { rd: 's0', rs1: 'a2' })
        .op('terminate')
    }),
  )
  using start = await guest.interpret('pure').execute({ maxInstructions: 0 })
  const { steps } = await start.trace({ maxInstructions: 100 })
  expect(steps.slice(2, 6).map(({ registers, memory }) => ({ registers, memory }))).toEqual([
    { registers: [], memory: [{ access: 'write', address: DATA + 4, bytes: 2, value: 0xfffen }] },
    { registers: [[11, 2n ** 64n - 1n]], memory: [{ access: 'read', address: DATA + 5, bytes: 1, value: 0xffn }] },
    { registers: [], memory: [] },
    // Written, although it is what it was.
    { registers: [[10, 2n ** 64n - 2n]], memory: [] },
  ])
  expect(steps[8]!.memory).toEqual([{ access: 'write', address: DATA, bytes: 16 }])
  expect(steps).toHaveLength(10)
})

test('in mode metered counts and segments are those of a run without', async () => {
  const artifact = (await host.rvr.load(fixture('fibonacci', 64))).interpret('metered')
  const inputs = [u64(3000)]
  const segmentLimits = { maxTraceHeight: 4096 }
  using plain = await artifact.execute({ inputs, segmentLimits })
  let run: Run = await artifact.execute({ inputs, segmentLimits, maxInstructions: 3333 })
  while (run.outcome === 'suspended') run = (await run.trace({ maxInstructions: 1001 })).run
  expect(run.segments).toEqual(plain.segments)
  expectSame(run, plain)
  run.dispose()
})

test('limits and wrong calls', async () => {
  const artifact = (await host.rvr.load(fixture('traps', 64))).interpret('metered-cost')
  const inputs = [Uint8Array.of(7)]
  using start = await artifact.execute({ inputs, maxInstructions: 50 })
  expect(await errorOf(start.trace({ maxInstructions: 100_001 }))).toMatchObject({ code: 'USAGE' })
  expect(await errorOf(start.trace({ maxInstructions: -1 }))).toMatchObject({ code: 'USAGE' })
  const { run, steps } = await start.trace({ maxInstructions: 5000, maxCost: 1000 })
  expect(run).toMatchObject({ outcome: 'suspended', stopCause: 'cost' })
  expect(steps.length).toBeLessThan(100)
  expect(await errorOf(run.trace({ maxInstructions: 1, signal: AbortSignal.abort() }))).toMatchObject({
    code: 'ABORTED',
  })
  using ended = await artifact.execute({ inputs: [Uint8Array.of(0)] })
  expect(await errorOf(ended.trace({ maxInstructions: 1 }))).toMatchObject({ code: 'USAGE' })
  expect(ended.memory.read(MEMORY_BYTES - 1, 1)).toEqual(Uint8Array.of(0))
})
