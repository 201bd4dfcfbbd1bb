/** Checks that native code skips never hide a limit that was exceeded: by rows that only host instructions add, or by leaves that lie far apart. */
import { expect, test } from 'vitest'
import { program, useRvr } from '../run/support.ts'

const host = useRvr()

/**
 * Stretches of native code that see no limit near, and between them host instructions whose rows no native code adds.
 */
const hintBursts = (turns: number): Uint8Array =>
  program(64, code => {
    code.li('s0', 0x400000).li('s1', 1000).li('s3', 100)
    code
      .label('round')
      .li('t0', turns)
      .label('spin')
      .op('addi', { rd: 't0', rs1: 't0', imm: -1 })
      .op('xor', { rd: 't1', rs1: 't1', rs2: 't0' })
      .op('bne', { rs1: 't0', target: 'spin' })
    code.op('addi', { rd: 's2', rs1: 'zero', imm: 4 }).label('burst')
    code
      .op('addi', { rd: 'a0', rs1: 's1', imm: 0 })
      .op('hint_random', { rd: 'a0' })
      .op('hint_buffer', { rd: 's0', rs1: 's1' })
    code.op('addi', { rd: 's2', rs1: 's2', imm: -1 }).op('bne', { rs1: 's2', target: 'burst' })
    code.op('addi', { rd: 's3', rs1: 's3', imm: -1 }).op('bne', { rs1: 's3', target: 'round' }).op('terminate')
  })

/** A store to a new leaf every few instructions, each 64 KiB and a bit behind the one before. */
const farLeaves = (padding: number): Uint8Array =>
  program(64, code => {
    code.li('s0', 0x1000000).li('s1', 0x10410).li('s2', 7000).li('s3', 0x1f000000).li('s4', 0x1e000000)
    code
      .label('loop')
      .op('sw', { rs1: 's0', rs2: 's2' })
      .op('add', { rd: 's0', rs1: 's0', rs2: 's1' })
      .op('bltu', { rs1: 's0', rs2: 's3', target: 'next' })
      .op('sub', { rd: 's0', rs1: 's0', rs2: 's4' })
    code.label('next')
    for (let count = 0; count < padding; count++) code.op('xor', { rd: 't1', rs1: 't1', rs2: 's2' })
    code.op('addi', { rd: 's2', rs1: 's2', imm: -1 }).op('bne', { rs1: 's2', target: 'loop' }).op('terminate')
  })

const subjects = [
  ...[340, 1000].map(turns => ({
    name: `rows of host instructions, ${turns} turns`,
    elf: hintBursts(turns),
    limits: [{ maxTraceHeight: 2 ** 18 }],
  })),
  ...[1, 4].map(padding => ({
    name: `leaves far apart, ${padding + 5} instructions each`,
    elf: farLeaves(padding),
    limits: [{ maxTraceHeight: 2 ** 17 }],
  })),
]

test.each(subjects)('$name', async ({ elf, limits }) => {
  const guest = await host.rvr.load(elf)
  const native = await guest.compile('metered')
  const interpreted = guest.interpret('metered')
  for (const segmentLimits of limits) {
    using expected = await interpreted.execute({ segmentLimits })
    using run = await native.execute({ segmentLimits })
    expect(expected.outcome).toBe('terminated')
    expect(expected.segments.length).toBeGreaterThan(1)
    expect(run.segments, JSON.stringify(segmentLimits)).toEqual(expected.segments)
  }
})
