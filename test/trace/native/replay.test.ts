/** Replayed recordings are what the reference fills: matrices, lookups, counts, touched blocks; however they are cut. */
import { describe, expect, test } from 'vitest'
import { engineChoices, engineFor } from './engines.ts'
import { testMoved } from './moved.ts'
import { lengthOf, record, standingAt } from './recorder.ts'
import { expectEqual, replay } from './replayed.ts'
import { subjects, type Subject } from './subjects.ts'

describe.each(engineChoices)('$name', async ({ xlen, compiler }) => {
  const engine = await engineFor(xlen, compiler)

  testMoved(engine, xlen)

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
