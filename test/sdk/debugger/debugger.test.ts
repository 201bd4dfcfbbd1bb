/** A debugger's stops, forwards and backwards, against the trace of the reference interpreter. */
import { describe, expect, test } from 'vitest'
import { u64, type Artifact, type Debugger, type TracedInstruction } from '../../../src/index.ts'
import { assembler } from '../../support/assembler.ts'
import { buildElf } from '../../support/elf-builder.ts'
import { isExhaustive, sample } from '../../support/exhaustive.ts'
import { artifactOf, DATA, errorOf, fixture, program, useRvr, widths, type Engine } from '../../run/support.ts'

const context = useRvr()
const inputs = [u64(40)]

/** All instructions of the run, in order. */
async function traceOf(artifact: Artifact): Promise<readonly TracedInstruction[]> {
  using run = await artifact.execute({ inputs, maxInstructions: 0 })
  const { steps, run: last } = await run.trace({ maxInstructions: 100_000 })
  expect(last.outcome).toBe('terminated')
  return steps
}

/** A native interpreter is compiled for all modes at once. */
const engines: readonly Engine[] = isExhaustive ? ['interp', 'native', 'native-interp'] : ['interp', 'native']

const placeOf = ({ pc, instret, stop }: Debugger): object => ({ pc, instret, reason: stop.reason })

describe.each(widths)('RV%i', xlen => {
  const open = async (engine: Engine) => {
    const guest = await context.rvr.load(fixture('fibonacci', xlen))
    const steps = await traceOf(guest.interpret('debug'))
    return { steps, debug: await (await artifactOf(guest, 'debug', engine)).debug({ inputs }) }
  }

  test.each(engines)('every instruction can be a breakpoint: %s', async engine => {
    const opened = await open(engine)
    using debug = opened.debug
    const { steps } = opened
    const addresses = [...new Set(steps.map(({ pc }) => pc))]
    for (const address of sample(addresses, 0, 5)) {
      await debug.stepBack(debug.instret)
      expect(placeOf(debug)).toEqual({ pc: steps[0]!.pc, instret: 0n, reason: 'begin' })
      debug.breakpoints.clear()
      debug.breakpoints.add(address)
      const wanted = steps.filter(({ pc, instret }) => pc === address && instret > 0n)
      for (const { instret } of wanted) {
        await debug.continue()
        expect(placeOf(debug)).toEqual({ pc: address, instret, reason: 'breakpoint' })
      }
      expect(await debug.continue()).toEqual({ reason: 'end', exitCode: 0 })
      expect(debug.instret).toBe(BigInt(steps.length))
      for (const { instret } of wanted.slice(-3).toReversed()) {
        await debug.continueBack()
        expect(placeOf(debug)).toEqual({ pc: address, instret, reason: 'breakpoint' })
      }
    }
  })

  test('registers are those of the trace, step by step and back', async () => {
    const opened = await open('interp')
    using debug = opened.debug
    const { steps } = opened
    const seen: (readonly bigint[])[] = [debug.registers]
    for (const { pc, registers } of steps.slice(0, 60)) {
      expect(debug.pc).toBe(pc)
      await debug.step()
      for (const [register, value] of registers) expect(debug.registers[register]).toBe(value)
      seen.push(debug.registers)
    }
    for (const { pc, instret } of steps.slice(0, 60).toReversed()) {
      await debug.stepBack()
      expect(debug.instret).toBe(instret)
      expect(debug.pc).toBe(pc)
      expect(debug.registers).toEqual(seen[Number(instret)])
    }
  })
})

test('memory that begins elsewhere has the addresses of the guest', async () => {
  const memory = { base: 0x8000_0000, bytes: 2 ** 29 }
  const code = assembler(64, memory.base + 0x1000)
  code
    .li('s0', memory.base + 0x10_0000)
    .li('t0', 77)
    .op('sb', { rs1: 's0', rs2: 't0' })
    .op('terminate')
  const segments = [{ address: memory.base + 0x1000, bytes: code.finish(), flags: 5 }]
  const guest = await context.rvr.load(buildElf({ xlen: 64, entry: memory.base + 0x1000, segments }), { memory })
  using debug = await guest.interpret('debug').debug()
  expect(debug.memory).toEqual(memory)
  const byte = memory.base + 0x10_0000
  debug.watchpoints.add({ address: byte, length: 1, access: 'write' })
  expect(await debug.continue()).toMatchObject({ reason: 'watchpoint' })
  expect(debug.readMemory(byte, 1)).toEqual(Uint8Array.of(77))
  debug.writeMemory(byte, Uint8Array.of(5))
  await debug.stepBack()
  expect(debug.readMemory(byte, 1)).toEqual(Uint8Array.of(0))
  expect(() => debug.readMemory(0x1000, 1)).toThrow('not inside guest memory')
  expect(() => debug.readMemory(memory.base + memory.bytes - 1, 2)).toThrow('not inside guest memory')
})

test('changes are made again when the run comes by, and taken back with it', async () => {
  const guest = await context.rvr.load(fixture('fibonacci', 64))
  using debug = await guest.interpret('debug').debug({ inputs })
  await debug.step(20)
  const before = debug.registers[18]!
  debug.writeRegister(18, 0x1234n)
  debug.writeMemory(0x400000, new Uint8Array([1, 2, 3]))
  await debug.step(1)
  await debug.stepBack(5)
  expect(debug.registers[18]).toBe(before)
  expect(debug.readMemory(0x400000, 3)).toEqual(new Uint8Array(3))
  await debug.step(4)
  expect(debug.instret).toBe(20n)
  expect(debug.registers[18]).toBe(0x1234n)
  expect(debug.readMemory(0x400000, 3)).toEqual(new Uint8Array([1, 2, 3]))
  await debug.stepBack(1)
  debug.writeRegister(19, 1n)
  await debug.step(10)
  expect(debug.readMemory(0x400000, 3)).toEqual(new Uint8Array(3))
  expect((await errorOf(debug.measured('metered-cost'))).code).toBe('USAGE')
  await debug.stepBack(15)
  expect((await debug.measured('metered-cost')).instret).toBe(14n)
})

test('watched accesses stop the guest behind them, in front of them on the way back', async () => {
  const file = program(64, code =>
    code
      .li('s0', DATA)
      .li('a0', 5)
      .op('sw', { rs1: 's0', rs2: 'a0' })
      .op('lw', { rd: 'a1', rs1: 's0' })
      .op('terminate', {}),
  )
  using debug = await (await context.rvr.load(file)).interpret('debug').debug()
  debug.watchpoints.add({ address: DATA + 3, length: 1, access: 'any' })
  const watched = { address: DATA + 3, length: 1, access: 'any', at: DATA }
  expect(await debug.continue()).toEqual({ reason: 'watchpoint', watched })
  const written = debug.instret
  expect(debug.readMemory(DATA, 1)[0]).toBe(5)
  expect(await debug.continue()).toEqual({ reason: 'watchpoint', watched })
  expect(debug.instret).toBe(written + 1n)
  await debug.continueBack()
  expect(debug.instret).toBe(written)
  expect(await debug.continueBack()).toEqual({ reason: 'watchpoint', watched })
  expect(debug.instret).toBe(written - 1n)
  expect(debug.readMemory(DATA, 1)[0]).toBe(0)
  expect(await debug.continueBack()).toEqual({ reason: 'begin' })
})

test('a long run is gone back over from snapshot to snapshot', async () => {
  const guest = await context.rvr.load(fixture('fibonacci', 64))
  using debug = await (await guest.compile('debug')).debug({ inputs: [u64(20_000_000)] })
  await debug.step(1000)
  const { pc } = debug
  debug.breakpoints.add(pc)
  await debug.stepBack(debug.instret)
  await debug.continue()
  const first = debug.instret
  debug.breakpoints.clear()
  await debug.step(90_000_000n)
  const { registers, instret } = debug
  await debug.stepBack(3)
  await debug.step(3)
  expect({ registers: debug.registers, instret: debug.instret }).toEqual({ registers, instret })
  debug.breakpoints.add(pc)
  await debug.continueBack()
  expect(debug.pc).toBe(pc)
  expect(instret - debug.instret).toBeLessThan(1000n)
  debug.breakpoints.clear()
  await debug.stepBack(debug.instret - first)
  expect(debug.pc).toBe(pc)
  expect(await debug.continueBack()).toEqual({ reason: 'begin' })
})
