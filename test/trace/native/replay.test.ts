/** Replayed recordings are what the reference fills: matrices, lookups, counts, touched blocks; however they are cut. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Xlen } from '../../../src/elf/image.ts'
import { u64, utf8 } from '../../../src/index.ts'
import { DATA, fixture, program } from '../../run/support.ts'
import { anyInstructions } from '../any-instructions.ts'
import { engineChoices, engineFor } from './engines.ts'
import { lengthOf, record, standingAt, type GuestOptions } from './recorder.ts'
import { expectEqual, replay } from './replayed.ts'

interface Subject extends GuestOptions {
  readonly name: string
  readonly elf: Uint8Array
}

/** Hint buffers and stores, public values, text, calls, a loop of one block, and a word that is no instruction. */
const transfers = (xlen: Xlen): Uint8Array =>
  program(xlen, code =>
    code
      .li('gp', DATA)
      .li('s1', 5)
      .li('s0', 0x400000)
      .op('hint_random', { rd: 's1' })
      .op('hint_buffer', { rd: 's0', rs1: 's1' })
      .op('lw', { rd: 'a0', rs1: 's0', imm: 4 })
      .op('hint_random', { rd: 's1' })
      .op('hint_store', { rd: 'gp' })
      .op('sw', { rs1: 's0', rs2: 'a0', imm: 8 })
      .op('reveal', { rd: 0, rs1: 'a0', imm: 8 })
      .op('reveal', { rd: 0, rs1: 's0', imm: 8 })
      .li('a2', 0)
      .op('print_str', { rd: 'gp', rs1: 'a2' })
      .op('jal', { rd: 'ra', target: 'leaf' })
      .op('jal', { target: 'end' })
      .label('leaf')
      .li('t0', 4)
      .label('loop')
      .op('addi', { rd: 't0', rs1: 't0', imm: -1 })
      .op('bne', { rs1: 't0', target: 'loop' })
      .op('jalr', { rd: 0, rs1: 'ra' })
      .label('end')
      .op('addi', { rd: 0, rs1: 't0', imm: 3 })
      .word(0),
  )

const subjects = (xlen: Xlen): Subject[] => [
  { name: 'fibonacci', elf: readFileSync(fixture('fibonacci', xlen)), inputs: [u64(20)] },
  { name: 'echo', elf: readFileSync(fixture('echo', xlen)), inputs: [utf8('Grüße')] },
  { name: 'exitcode', elf: readFileSync(fixture('exitcode', xlen)), inputs: [Uint8Array.of(42)] },
  { name: 'transfers', elf: transfers(xlen) },
  { name: 'any instructions', elf: anyInstructions(xlen, 5, 500) },
]

describe.each(engineChoices)('$name', async ({ xlen, compiler }) => {
  const engine = await engineFor(xlen, compiler)

  test.each(subjects(xlen))('$name', async ({ elf, ...options }) => {
    const instructions = lengthOf(standingAt(elf, options), 1e5)
    const wanted = record(engine.set, standingAt(elf, options), { instructions, piece: 97 })
    const found = await replay(engine, wanted.image, wanted.segment)
    expectEqual(engine, found, wanted)
    for (const length of [1, 2, 3, 5, 7, 11, 13, 64, instructions - 1, instructions, instructions + 1]) {
      const threads = [1, 2, 8][length % 3]!
      const cut = await replay(engine, wanted.image, wanted.segment, { length, threads })
      expect([length, threads, cut.digest]).toEqual([length, threads, found.digest])
    }
    const whole = record(engine.set, standingAt(elf, options), { instructions })
    expect((await replay(engine, whole.image, whole.segment)).digest).toBe(found.digest)
  })

  test('a segment in the middle of a run', async () => {
    const [{ elf, ...options }] = subjects(xlen) as [Subject]
    const standing = standingAt(elf, options)
    record(engine.set, standing, { instructions: 50 })
    const wanted = record(engine.set, standing, { instructions: 61, piece: 20 })
    const found = await replay(engine, wanted.image, wanted.segment, { length: 9, threads: 2 })
    expectEqual(engine, found, wanted)
  })
})
