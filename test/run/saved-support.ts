/** What the tests of saved runs share: a guest that uses everything a run can hold, and a directory. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect } from 'vitest'
import type { Xlen } from '../../src/elf/image.ts'
import { u32, utf8, type Artifact, type ExecuteOptions, type Run, type RunLimits } from '../../src/index.ts'
import type { randomSource } from '../support/random.ts'
import { DATA, expectSame, program } from './support.ts'

/** A directory for this test file. */
export function useDirectory(): { readonly path: string } {
  const holder = { path: '' }
  beforeAll(async () => {
    holder.path = await mkdtemp(join(tmpdir(), 'rvr-saved-'))
  })
  afterAll(() => rm(holder.path, { recursive: true, force: true }))
  return holder
}

export const ROUNDS = 300
export const busyOptions: ExecuteOptions = {
  inputs: Array.from({ length: ROUNDS }, (_, index) =>
    index % 3 === 0 ? utf8(`record ${index}`.repeat(1 + (index % 5))) : u32(index * 7919),
  ),
  seed: 77n,
  publicValuesBytes: 96,
}

/**
 * Each round reads a record and random words into new memory, works on them, prints and reveals: about 200
 * instructions.
 */
export const busyGuest = (xlen: Xlen): Uint8Array =>
  program(xlen, code => {
    const store = xlen === 64 ? 'sd' : 'sw'
    const load = xlen === 64 ? 'ld' : 'lw'
    code
      .li('s0', DATA)
      .li('s1', ROUNDS)
      .li('s2', 0x40_0000)
      .li('t1', 0x0a_21_69_68)
      .op('sw', { rs1: 's0', rs2: 't1' })
      .label('round')
      .op('hint_input')
      .op('hint_store', { rd: 's2' })
      .li('t0', 5)
      .op('hint_random', { rd: 't0' })
      .op('addi', { rd: 't2', rs1: 's2', imm: 16 })
      .op('hint_buffer', { rd: 't2', rs1: 't0' })
      .op(load, { rd: 't3', rs1: 't2' })
      .li('t4', 30)
      .label('work')
      .op('add', { rd: 's3', rs1: 's3', rs2: 't3' })
      .op('xor', { rd: 't3', rs1: 't3', rs2: 's3' })
      .op('mul', { rd: 't3', rs1: 't3', rs2: 't4' })
      .op(store, { rs1: 's2', rs2: 't3', imm: 64 })
      .op('addi', { rd: 't4', rs1: 't4', imm: -1 })
      .op('bne', { rs1: 't4', target: 'work' })
      .op('andi', { rd: 't5', rs1: 's3', imm: 0x7f0 })
      .op('add', { rd: 't5', rs1: 't5', rs2: 's2' })
      .op(store, { rs1: 't5', rs2: 's3' })
      .op(load, { rd: 's4', rs1: 't5' })
      .op('andi', { rd: 't6', rs1: 's1', imm: 1 })
      .op('slli', { rd: 't6', rs1: 't6', imm: 6 })
      .op('reveal', { rd: 't6', rs1: 's3' })
      .li('t1', 4)
      .op('print_str', { rd: 's0', rs1: 't1' })
      .li('t1', 1232)
      .op('add', { rd: 's2', rs1: 's2', rs2: 't1' })
      .op('addi', { rd: 's1', rs1: 's1', imm: -1 })
      .op('bne', { rs1: 's1', target: 'round' })
      .op('terminate', { imm: 9 })
  })

/** Everything of a run but its times. */
export function expectEqual(found: Run, wanted: Run): void {
  const counts = ({ segments, openSegment, profile }: Run): object => ({
    segments,
    openSegment,
    counts: profile?.counts,
    extraRows: profile?.extraRows,
  })
  expect(counts(found)).toEqual(counts(wanted))
  expectSame(found, wanted)
}

/** Texts of both streams in order. */
export function printer(): { readonly onPrint: NonNullable<ExecuteOptions['onPrint']>; text(): string } {
  let text = ''
  return {
    onPrint: (stream, bytes) => {
      text += `${stream === 'stderr' ? '!' : ''}${Buffer.from(bytes).toString()}`
    },
    text: () => text,
  }
}

/** Where the next stretch stops: a few instructions on, many, at a cost or at a cut. */
export function nextLimits(random: ReturnType<typeof randomSource>, artifact: Artifact, longest: number): RunLimits {
  const kind = random(artifact.keepsSegments ? 4 : 3)
  if (kind === 0) return { maxInstructions: random(40) }
  if (kind === 3) return { stopAtSegment: true, maxInstructions: 1 + random(longest * 4) }
  return kind === 1 && artifact.mode !== 'pure'
    ? { maxCost: 1 + random(longest * 30) }
    : { maxInstructions: 1 + random(longest) }
}
