/** Segments of guests whose rows come from calls and from the host are those of the plain model, near every limit. */
import { describe, expect, test } from 'vitest'
import type { Xlen } from '../../../src/elf/image.ts'
import { defaultMachine, type Guest } from '../../../src/index.ts'
import { expectPieces, floorLimits, piecesOf, plainPieces, trace, type Limits } from '../../metering/support.ts'
import { artifactOf, DATA, engines, program, useRvr, widths } from '../../run/support.ts'
import { BUFFER, busyGuest, CRC32, crc32Word } from './crc32-guest.ts'

const host = useRvr('shared', 'quick')

/**
 * A call between loops of plain instructions that fill one chip: about 700 rows in each interval. Now and then new
 * memory.
 */
const steadyCalls = (xlen: Xlen): Uint8Array =>
  program(xlen, code => {
    code
      .li('gp', DATA)
      .li('s0', BUFFER)
      .li('s1', 420)
      .li('t1', 12)
      .label('round')
      .word(crc32Word('a0', 'gp', 't1'))
      .li('t0', 10)
      .label('work')
    for (let index = 0; index < 38; index++) code.op('add', { rd: 's3', rs1: 's3', rs2: 'a0' })
    code
      .op('addi', { rd: 't0', rs1: 't0', imm: -1 })
      .op('bne', { rs1: 't0', target: 'work' })
      .op('sw', { rs1: 'gp', rs2: 's3', imm: 8 })
      .op('andi', { rd: 't2', rs1: 's1', imm: 63 })
      .op('bne', { rs1: 't2', target: 'next' })
      .op('sw', { rs1: 's0', rs2: 's3' })
      .op('addi', { rd: 's0', rs1: 's0', imm: 2000 })
      .label('next')
      .op('addi', { rd: 's1', rs1: 's1', imm: -1 })
      .op('bne', { rs1: 's1', target: 'round' })
      .op('terminate')
  })

/**
 * Rows that the host adds between checks of native code: a HINT_STORE to one place in each round of plain instructions.
 */
const steadyHints = (xlen: Xlen): Uint8Array =>
  program(xlen, code => {
    code
      .li('gp', DATA)
      .li('s1', 500)
      .li('s2', 500)
      .op('hint_random', { rd: 's2' })
      .label('round')
      .op('hint_store', { rd: 'gp' })
    code.li('t0', 16).label('work')
    for (let index = 0; index < 12; index++) code.op('add', { rd: 's3', rs1: 's3', rs2: 't0' })
    code
      .op('sw', { rs1: 'gp', rs2: 's3', imm: 8 })
      .op('lw', { rd: 's3', rs1: 'gp', imm: 8 })
      .op('addi', { rd: 't0', rs1: 't0', imm: -1 })
      .op('bne', { rs1: 't0', target: 'work' })
    code.op('addi', { rd: 's1', rs1: 's1', imm: -1 }).op('bne', { rs1: 's1', target: 'round' }).op('terminate')
  })

async function agree(guest: Guest, limits: readonly Limits[], checks: number): Promise<number[]> {
  const traced = trace(guest, { seed: 1n })
  expect(traced.instructions / guest.machine.limits.checkInterval).toBeGreaterThan(checks)
  const artifacts = await Promise.all(engines.map(engine => artifactOf(guest, 'metered', engine)))
  const counts: number[] = []
  for (const [at, segmentLimits] of limits.entries()) {
    const wanted = plainPieces(guest, traced, segmentLimits)
    counts.push(wanted.length)
    for (const [index, artifact] of artifacts.entries()) {
      // The interpreter has no steady checks; it is slow enough for a few of the limits.
      if (engines[index] === 'interp' && at % 3 !== 0) continue
      using run = await artifact.execute({ seed: 1n, segmentLimits })
      expectPieces(piecesOf(run), wanted, guest, `${engines[index]}, ${JSON.stringify(segmentLimits)}`)
    }
  }
  return counts
}

describe.each(widths)('RV%i', xlen => {
  test('the busy guest: every kind of limit', async () => {
    // Short intervals: the guest has few instructions, and each counts as one.
    const machine = defaultMachine(xlen)
    const limits = { ...machine.limits, checkInterval: 100 }
    const guest = await host.rvr.load(busyGuest(xlen), { extensions: [CRC32], machine: { ...machine, limits } })
    const floor = floorLimits(guest, trace(guest, { maxInstructions: 0 }))
    const counts = await agree(
      guest,
      [
        {},
        { maxTraceHeight: 64 },
        { maxTraceHeight: 1024 },
        { maxTraceHeight: 4096 },
        { maxTraceHeight: 16384 },
        { maxMemoryBytes: floor.maxMemoryBytes + 700_000 },
        { maxMemoryBytes: floor.maxMemoryBytes - 1 },
        { maxMemoryBytes: floor.maxMemoryBytes + 9_000_000 },
        { maxInteractions: floor.maxInteractions + 20_000 },
        { maxInteractions: floor.maxInteractions + 300_000 },
      ],
      40,
    )
    expect(counts[0]).toBe(1)
    expect(Math.max(...counts)).toBeGreaterThan(20)
  })

  // Limits in whose reach most checks record and only keep: chips apart from the memory tables have room for 1, 8 or 64
  // more intervals.
  test('rows without lanes are kept at a steady check: calls', async () => {
    const guest = await host.rvr.load(steadyCalls(xlen), { extensions: [CRC32] })
    const floor = floorLimits(guest, trace(guest, { maxInstructions: 0 }))
    const counts = await agree(
      guest,
      [
        ...[4096, 8192, 16384, 32768].map(maxTraceHeight => ({ maxTraceHeight })),
        ...[5, 45].map(millions => ({ maxMemoryBytes: floor.maxMemoryBytes + millions * 1_000_000 })),
        ...[200, 600].map(thousands => ({ maxInteractions: floor.maxInteractions + thousands * 1000 })),
      ],
      150,
    )
    expect(counts.every(count => count > 1)).toBe(true)
  })

  test('rows without lanes are kept at a steady check: hints', async () => {
    const guest = await host.rvr.load(steadyHints(xlen))
    const floor = floorLimits(guest, trace(guest, { maxInstructions: 0 }))
    const counts = await agree(
      guest,
      [
        ...[4096, 16384, 32768].map(maxTraceHeight => ({ maxTraceHeight })),
        ...[9, 20, 45].map(millions => ({ maxMemoryBytes: floor.maxMemoryBytes + millions * 1_000_000 })),
        ...[150, 400].map(thousands => ({ maxInteractions: floor.maxInteractions + thousands * 1000 })),
      ],
      120,
    )
    expect(counts.every(count => count > 1)).toBe(true)
  })
})
