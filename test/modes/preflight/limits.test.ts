/** A tape of many pieces, and the limit that a job's tape has. */
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { INSTRUCTION_WORDS, LEAST_TAPE_BYTES } from '../../../src/modes/preflight/limits.ts'
import { PIECE_INSTRUCTIONS, STRETCH_INSTRUCTIONS } from '../../../src/modes/preflight/limits.ts'
import type { Piece } from '../../../src/modes/preflight/piece.ts'
import { useDirectory } from '../../run/saved-support.ts'
import { artifactOf, DATA, engines, errorOf, program, useRvr, widths } from '../../run/support.ts'
import { piecesOf } from './plain.ts'

const host = useRvr('shared', 'quick')
const directory = useDirectory()

/** Counts down from `rounds`, in memory: each round finds what the one before left. */
const countdown = (xlen: 32 | 64, rounds: number): Uint8Array =>
  program(xlen, code => {
    const [load, store] = xlen === 64 ? ['ld', 'sd'] : ['lw', 'sw']
    code
      .li('s0', DATA)
      .li('a0', rounds)
      .op(store, { rs1: 's0', rs2: 'a0' })
      .label('round')
      .op(load, { rd: 'a1', rs1: 's0' })
      .op('addi', { rd: 'a1', rs1: 'a1', imm: -1 })
      .op(store, { rs1: 's0', rs2: 'a1' })
      .op('bne', { rs1: 'a1', target: 'round' })
      .op('terminate')
  })

/** Words of all pieces; fails where one does not go on where the one in front of it ended. */
function expectCountdown(pieces: readonly Piece[], rounds: number, instret: bigint): void {
  const words = pieces.flatMap(piece => [...piece.words].map(Number))
  const wanted = Array.from({ length: rounds }, (_, round) => [rounds - round, rounds - round]).flat()
  // The first store finds what the file has.
  expect(words.length).toBe(wanted.length + 1)
  expect(words.slice(1).findIndex((word, at) => word !== wanted[at])).toBe(-1)
  const before = Number(instret) - 4 * rounds - 1
  for (const { instret: start, x } of pieces.slice(1)) {
    // Loads and stores in front of the piece, and what the counter was then.
    const inRound = (start - before) % 4
    const done = Math.floor((start - before) / 4) + (inRound >= 2 ? 1 : 0)
    expect(Number(x[11])).toBe(rounds - done)
  }
}

describe.each(widths)('RV%i', xlen => {
  test.each(engines)('a tape of several pieces, none of them long (%s)', async engine => {
    const rounds = Math.ceil(PIECE_INSTRUCTIONS * 0.8)
    const guest = await host.rvr.load(countdown(xlen, rounds))
    using run = await (await artifactOf(guest, 'preflight', engine)).execute()
    const pieces = piecesOf(run)
    expectCountdown(pieces, rounds, run.instret)
    const ends = [...pieces.slice(1).map(({ instret }) => instret), Number(run.instret)]
    for (const [index, { instret }] of pieces.entries())
      expect(ends[index]! - instret).toBeLessThan(PIECE_INSTRUCTIONS + STRETCH_INSTRUCTIONS)
    expect(pieces.length).toBeGreaterThan(1)
    expect(pieces.length).toBeLessThan(5)
  })

  test.each(engines)('the limit of a job stops it, and it goes on with the next (%s)', async engine => {
    const most = LEAST_TAPE_BYTES / (xlen / 8)
    const rounds = Math.floor(most * 0.9)
    const guest = await host.rvr.load(countdown(xlen, rounds))
    const maxTapeBytes = LEAST_TAPE_BYTES
    const artifact = await artifactOf(guest, 'preflight', engine)
    using first = await artifact.execute({ maxTapeBytes })
    expect(first).toMatchObject({ outcome: 'suspended', stopCause: 'memory' })
    const before = piecesOf(first)
    const taken = before.reduce((sum, piece) => sum + piece.words.length, 0)
    expect(taken).toBeLessThanOrEqual(most)
    expect(taken).toBeGreaterThan(most - 4 * INSTRUCTION_WORDS)
    using last = await artifact.resumeFrom(await first.save(join(directory.path, `${xlen}-${engine}.run`)))
    expect(last.outcome).toBe('terminated')
    expectCountdown([...before, ...piecesOf(last)], rounds, last.instret)
  })
})

test('what the limit may be, and who has one', async () => {
  const guest = await host.rvr.load(countdown(64, 10))
  const execute = (mode: 'preflight' | 'pure', maxTapeBytes: number): Promise<unknown> =>
    guest.interpret(mode).execute({ maxTapeBytes })
  for (const [mode, bytes] of [
    ['preflight', LEAST_TAPE_BYTES - 1],
    ['preflight', LEAST_TAPE_BYTES + 0.5],
    ['pure', LEAST_TAPE_BYTES],
  ] as const)
    expect(await errorOf(execute(mode, bytes))).toMatchObject({ code: 'USAGE' })
})
