/** Fault 1: checks lie as many instructions apart whatever rows these add, and segments are exact wherever cuts fall. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { defaultMachine, type Artifact, type ExecuteOptions, type Guest, type Run } from '../../src/index.ts'
import { Session } from '../../src/run/session.ts'
import { artifactOf, DATA, engines, factsOf, program, useRvr } from '../run/support.ts'
import { isExhaustive } from '../support/exhaustive.ts'
import { randomSource } from '../support/random.ts'
import type { Assembler } from '../support/assembler.ts'
import { expectPieces, floorLimits, piecesOf, plainPieces, trace, type Limits } from './support.ts'

const host = useRvr('shared', 'quick')
/** At one cut of so many the state is compared: a run up to each of them takes long. */
const CUTS = isExhaustive ? 1 : 4

/** `turns` rounds of nothing that swells: three instructions each. */
function spin(code: Assembler, label: string, turns: number): void {
  code
    .li('t0', turns)
    .label(label)
    .op('addi', { rd: 't0', rs1: 't0', imm: -1 })
    .op('xor', { rd: 't1', rs1: 't1', rs2: 't0' })
  code.op('bne', { rs1: 't0', target: label })
}

/** A loop that does `work` `turns` times. */
function repeat(code: Assembler, label: string, turns: number, work: (code: Assembler) => void): void {
  code.li('s9', turns).label(label)
  work(code)
  code.op('addi', { rd: 's9', rs1: 's9', imm: -1 }).op('bne', { rs1: 's9', target: label })
}

/** Full HINT_BUFFERs in a row: 1023 rows and up to 513 leaves each, to ever new places and back. */
const hints = (code: Assembler): Assembler =>
  code
    .op('hint_random', { rd: 's1' })
    .op('hint_buffer', { rd: 's0', rs1: 's1' })
    .op('add', { rd: 's0', rs1: 's0', rs2: 's2' })
const keccak = (code: Assembler): Assembler => code.op('keccakf', { rd: 's0' })
const sha2 = (code: Assembler): Assembler =>
  code.op('sha256', { rd: 's0', rs1: 's3', rs2: 's0' }).op('sha512', { rd: 's3', rs1: 's0', rs2: 's3' })
const wide = (code: Assembler): Assembler =>
  code
    .op('int256_add', { rd: 's0', rs1: 's3', rs2: 's4' })
    .op('add', { rd: 's0', rs1: 's0', rs2: 's2' })
    .op('add', { rd: 's4', rs1: 's4', rs2: 's2' })

type Work = (code: Assembler) => unknown
/** Phases: `quiet` rounds in which a meter sees no limit near, then `turns` of work, and the same again. */
const phases = (work: Work, turns: number, quiet: number, copies = 1): Uint8Array =>
  program(64, code => {
    code.li('s0', 0x400000).li('s3', DATA).li('s4', 0x1000000).li('s1', 1023).li('s2', 0x2010)
    for (const phase of ['first', 'second']) {
      spin(code, `${phase} spin`, quiet)
      repeat(code, `${phase} work`, turns, inner => {
        for (let copy = 0; copy < copies; copy++) work(inner)
      })
    }
    code.op('reveal', { rs1: 't1' }).op('terminate')
  })

const interactions = ({ maxInteractions = 0 }: Limits, thousands: number): Limits => ({
  maxInteractions: maxInteractions + thousands * 1000,
})
const megabytes = ({ maxMemoryBytes = 0 }: Limits, count: number): Limits => ({
  maxMemoryBytes: maxMemoryBytes + count * 1_000_000,
})
const height = (maxTraceHeight: number): Limits => ({ maxTraceHeight })

interface Case {
  readonly name: string
  readonly elf: Uint8Array
  readonly checkInterval: number
  readonly limits: (floor: Limits) => readonly Limits[]
}

/** Far limits are reached by a burst out of quiet, so that nothing was kept; near ones are watched. */
const cases: readonly Case[] = [
  {
    name: 'HINT_BUFFERs of 1023 words',
    elf: phases(hints, 60, 900),
    checkInterval: 1000,
    limits: floor => [{}, height(2 ** 16), height(2 ** 15), interactions(floor, 1200)],
  },
  {
    name: 'HINT_BUFFERs of 1023 words',
    elf: phases(hints, 40, 150),
    checkInterval: 100,
    limits: floor => [height(2 ** 15), height(1024), megabytes(floor, 300)],
  },
  {
    name: 'keccakf in a loop',
    elf: phases(keccak, 70, 100),
    checkInterval: 100,
    limits: floor => [height(2 ** 10), megabytes(floor, 40)],
  },
  {
    name: 'sha256 and sha512 in a row',
    elf: phases(sha2, 24, 1500, 12),
    checkInterval: 1000,
    limits: floor => [{}, height(2 ** 13), height(2 ** 12), megabytes(floor, 90), interactions(floor, 200)],
  },
  {
    name: 'operands in many leaves',
    elf: phases(wide, 15, 150, 16),
    checkInterval: 100,
    limits: floor => [height(2 ** 13), height(2 ** 11), megabytes(floor, 40), interactions(floor, 60)],
  },
]

async function agree(guest: Guest, limits: (floor: Limits) => readonly Limits[]): Promise<number> {
  const traced = trace(guest)
  expect(traced.outcome).toBe('terminated')
  const artifacts = await Promise.all(engines.map(engine => artifactOf(guest, 'metered', engine)))
  let most = 0
  for (const [turn, segmentLimits] of limits(floorLimits(guest, traced)).entries()) {
    const wanted = plainPieces(guest, traced, segmentLimits)
    most = Math.max(most, wanted.length)
    for (const [index, artifact] of artifacts.entries()) {
      // The interpreters share the limits.
      if (!isExhaustive && index > 0 && (index + turn) % 2 > 0) continue
      using run = await artifact.execute({ segmentLimits })
      expectPieces(piecesOf(run), wanted, guest, `${engines[index]}, ${JSON.stringify(segmentLimits)}`)
    }
  }
  return most
}

test.each(cases)('$name, checks $checkInterval instructions apart', async ({ elf, checkInterval, limits }) => {
  const machine = defaultMachine(64)
  const guest = await host.rvr.load(elf, { machine: { ...machine, limits: { ...machine.limits, checkInterval } } })
  expect(await agree(guest, limits)).toBeGreaterThan(2)
})

test('an interval holds as many instructions as if none added more than one row', async () => {
  // A check comes in front of the round of three instructions that the interval does not reach.
  const guest = await host.rvr.load(
    program(64, code => {
      code.li('s0', 0x400000)
      repeat(code, 'work', 1200, inner => inner.op('sha256', { rd: 's0', rs1: 's0', rs2: 's0' }))
      code.op('terminate')
    }),
  )
  for (const engine of engines) {
    using run = await (await artifactOf(guest, 'metered', engine)).execute({ segmentLimits: height(2 ** 13) })
    const found = run.segments.slice(0, 2).map(({ instretStart, instructions }) => [instretStart, instructions])
    expect(found, engine).toEqual([
      [0, 998],
      [998, 999],
    ])
  }
})

describe('a run that is lost and repeated', () => {
  /** Out of quiet each burst outdoes what a look kept in reserve, so that nothing was kept at the check before. */
  const elf = phases(hints, 300, 340)
  const options: ExecuteOptions = { segmentLimits: height(2 ** 17) }

  test('goes on exactly, in native code', async () => {
    const guest = await host.rvr.load(elf)
    const artifact = await guest.compile('metered')
    const wanted = plainPieces(guest, trace(guest), options.segmentLimits)
    const started = vi.spyOn(Session.prototype, 'start')
    using run = await artifact.execute(options)
    expect(started, 'the run and the careful one').toHaveBeenCalledTimes(2)
    started.mockRestore()
    expectPieces(piecesOf(run), wanted, guest, 'native')
    expect(wanted.length).toBeGreaterThan(2)
  })

  type Next = (run: Run, random: (bound: number) => number) => Promise<Run>

  async function inPieces(artifact: Artifact, next: Next, seed: number): Promise<void> {
    using whole = await artifact.execute(options)
    const random = randomSource(seed)
    let run = await artifact.execute({ ...options, maxInstructions: 1 + random(3000) })
    for (let pieces = 0; run.outcome === 'suspended'; pieces++) {
      if (pieces > 400) expect.fail(`no end after ${pieces} pieces, at ${run.instret} instructions`)
      run = await next(run, random)
    }
    expect({ ...factsOf(run), stopCause: '' }).toEqual({ ...factsOf(whole), stopCause: '' })
    expect(piecesOf(run)).toEqual(piecesOf(whole))
    run.dispose()
  }

  test.each(engines)('stops anywhere, %s', async engine => {
    await inPieces(
      await artifactOf(await host.rvr.load(elf), 'metered', engine),
      (run, random) =>
        run.resume(
          [
            { maxInstructions: 1 + random(900) },
            { stopAtSegment: true },
            { timeoutMs: random(3) },
            { maxCost: 1 + random(9_000_000) },
          ][random(4)]!,
        ),
      engine.length,
    )
  })

  test('is saved and goes on in either engine', async () => {
    const guest = await host.rvr.load(elf)
    const folder = await mkdtemp(join(tmpdir(), 'rvr-swelling-'))
    const artifacts = await Promise.all(engines.map(engine => artifactOf(guest, 'metered', engine)))
    try {
      await inPieces(
        artifacts[0]!,
        async (run, random) => {
          const file = await run.save(join(folder, 'run'))
          run.dispose()
          return artifacts[random(artifacts.length)]!.resumeFrom(file, { maxInstructions: 1 + random(1500) })
        },
        5,
      )
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test('is stopped at each cut, in the state of the cut', async () => {
    const artifact = await (await host.rvr.load(elf)).compile('metered')
    using whole = await artifact.execute(options)
    let run = await artifact.execute({ ...options, stopAtSegment: true })
    for (const [index, { instretStart, instructions }] of whole.segments.slice(0, -1).entries()) {
      expect([run.stopCause, run.instret]).toEqual(['segment', BigInt(instretStart + instructions)])
      if (index % CUTS === 0) {
        using exact = await artifact.execute({ ...options, maxInstructions: run.instret })
        expect({ pc: run.pc, registers: run.registers }).toEqual({ pc: exact.pc, registers: exact.registers })
        const [found, wanted] = [run, exact].map(({ memory }) => memory.bytes.subarray(0x400000, 0x400000 + (2 << 20)))
        expect(Buffer.compare(found!, wanted!)).toBe(0)
      }
      run = await run.resume({ stopAtSegment: true })
    }
    expect(run.outcome).toBe('terminated')
    run.dispose()
  })
})
