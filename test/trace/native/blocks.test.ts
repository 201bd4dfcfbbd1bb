/** Rows of whole blocks by the trace engine are those of the reference, however the recording is cut. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { abiNamed } from '../../../src/extensions/registry.ts'
import { u64 } from '../../../src/index.ts'
import { EngineGuest } from '../../../src/trace/native/engine.ts'
import { SegmentTableMaker } from '../../../src/trace/native/tables.ts'
import { airsOfMachine } from '../../../src/trace/airs.ts'
import { fixture, quickly } from '../../run/support.ts'
import { machineWithBlocks } from '../chosen-blocks.ts'
import { engineOf } from './engines.ts'
import { lengthOf, record, standingAt } from './recorder.ts'
import { expectEqual, replay } from './replayed.ts'

describe.each([32, 64] as const)('RV%i', xlen => {
  const elf = readFileSync(fixture('fibonacci', xlen))
  const begin = () => standingAt(elf, { inputs: [u64(20)] })

  test('fibonacci', async () => {
    const machine = machineWithBlocks(begin(), 10)
    const engine = await engineOf(machine, airsOfMachine(machine, abiNamed('openvm').extensions), quickly())
    const instructions = lengthOf(begin(), 1e5)
    // Pieces end within blocks.
    const wanted = record(engine.set, begin(), { instructions, piece: 7 })
    const found = await replay(engine, wanted.image, wanted.segment)
    expectEqual(engine, found, wanted)
    const executed = new Set(found.matrices.map(({ air }) => air.name))
    const chips = machine.autoprecompiles!.list.map(({ chip }) => chip)
    expect(chips.filter(chip => !executed.has(chip))).toEqual([])
    for (const length of [1, 2, 3, 5, 7, 11, 13, 64, instructions - 1, instructions, instructions + 1]) {
      const threads = [1, 2, 8][length % 3]!
      const cut = await replay(engine, wanted.image, wanted.segment, { length, threads })
      expect([length, threads, cut.digest]).toEqual([length, threads, found.digest])
    }
    const whole = record(engine.set, begin(), { instructions })
    expect((await replay(engine, whole.image, whole.segment)).digest).toBe(found.digest)
    // Segments end within blocks, and begin there: such blocks have rows of their instructions.
    for (const first of [instructions - 40, instructions - 41, instructions - 43]) {
      const standing = begin()
      for (const length of [first, instructions - first]) {
        const part = record(engine.set, standing, { instructions: length })
        expectEqual(engine, await replay(engine, part.image, part.segment, { length: 5, threads: 2 }), part)
      }
    }
    // No other guest has these blocks.
    const { image, abi } = standingAt(readFileSync(fixture('echo', xlen)))
    using other = new EngineGuest(engine, { image, abi })
    expect(() => new SegmentTableMaker(other)).toThrow(expect.objectContaining({ code: 'USAGE' }))
  })
})
