/** Rows of whole blocks by the trace engine are those of the reference, however the recording is cut; damage is found. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { abiNamed } from '../../../src/extensions/registry.ts'
import { RvrError, u64 } from '../../../src/index.ts'
import { airsOfMachine } from '../../../src/trace/airs.ts'
import { finishBlocks } from '../../../src/trace/native/blocks.ts'
import { cut } from '../../../src/trace/native/cut.ts'
import { EngineGuest } from '../../../src/trace/native/engine.ts'
import { fill } from '../../../src/trace/native/fill.ts'
import { listsOf, stitch } from '../../../src/trace/native/stitch.ts'
import { SegmentTableMaker } from '../../../src/trace/native/tables.ts'
import { fixture, quickly } from '../../run/support.ts'
import { isExhaustive, sample } from '../../support/exhaustive.ts'
import { randomSource } from '../../support/random.ts'
import { anyInstructions } from '../any-instructions.ts'
import { machineWithBlocks } from '../chosen-blocks.ts'
import { engineOf } from './engines.ts'
import { lengthOf, record, standingAt } from './recorder.ts'
import { expectEqual, planOf, replay } from './replayed.ts'

describe.each([32, 64] as const)('RV%i', async xlen => {
  const elf = readFileSync(fixture('fibonacci', xlen))
  const begin = () => standingAt(elf, { inputs: [u64(20)] })
  const machine = machineWithBlocks(begin(), 10)
  const engine = await engineOf(machine, airsOfMachine(machine, abiNamed('openvm').extensions), quickly())
  const instructions = lengthOf(begin(), 1e5)

  test('fibonacci', async () => {
    // Pieces end within blocks.
    const wanted = record(engine.set, begin(), { instructions, piece: 7 })
    const found = await replay(engine, wanted.image, wanted.segment)
    expectEqual(engine, found, wanted)
    const executed = new Set(found.matrices.map(({ air }) => air.name))
    const chips = machine.autoprecompiles!.list.map(({ chip }) => chip)
    expect(chips.filter(chip => !executed.has(chip))).toEqual([])
    // The widths share the lengths.
    const lengths = [1, 2, 3, 5, 7, 11, 13, 64, instructions - 1, instructions, instructions + 1]
    for (const length of sample(lengths, xlen / 32)) {
      const threads = [1, 2, 8][length % 3]!
      const cutAt = await replay(engine, wanted.image, wanted.segment, { length, threads })
      expect([length, threads, cutAt.digest]).toEqual([length, threads, found.digest])
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
  })

  test('blocks of any instructions', async () => {
    const guest = anyInstructions(xlen, 21, isExhaustive ? 900 : 450)
    const own = machineWithBlocks(standingAt(guest), isExhaustive ? 25 : 12)
    const ready = await engineOf(own, airsOfMachine(own, abiNamed('openvm').extensions), quickly())
    const wanted = record(ready.set, standingAt(guest), { instructions: lengthOf(standingAt(guest), 1e5) })
    expectEqual(ready, await replay(ready, wanted.image, wanted.segment, { length: 100, threads: 2 }), wanted)
  })

  test('a guest that has not these blocks', () => {
    const { image, abi } = standingAt(readFileSync(fixture('echo', xlen)))
    using other = new EngineGuest(engine, { image, abi })
    expect(() => new SegmentTableMaker(other)).toThrow(expect.objectContaining({ code: 'USAGE' }))
  })

  test('tapes with a bit changed', async () => {
    const { image, segment } = record(engine.set, begin(), { instructions })
    const [piece] = segment.pieces
    const { digest } = await replay(engine, image, segment)
    const random = randomSource(xlen)
    let refused = 0
    for (const index of sample([...piece!.words.keys()], xlen / 32)) {
      const words = piece!.words.slice()
      if (words instanceof BigUint64Array) words[index]! ^= 1n << BigInt(random(64))
      else words[index]! ^= 1 << random(32)
      const other = { ...segment, pieces: [{ ...piece!, words }] }
      try {
        expect((await replay(engine, image, other, { length: 7, threads: 2 })).digest).not.toBe(digest)
      } catch (error) {
        expect((error as RvrError).code).toMatch(/^(DIVERGED|UNPROVABLE)$/)
        refused++
      }
    }
    expect(refused).toBeGreaterThan(0)
  })

  test('lists of touches that are none, and an engine that is asked to stop', async () => {
    const { image, segment } = record(engine.set, begin(), { instructions })
    using guest = new EngineGuest(engine, { image, abi: abiNamed('openvm') })
    const { fragments, rows } = await cut(guest, segment, { length: 20 })
    const plan = planOf(engine, rows)
    const cells = new Uint32Array(plan.cells)
    using filled = await fill(guest, fragments, { plan, cells })
    const random = randomSource(xlen + 2)
    let refused = 0
    for (let round = 0; round < (isExhaustive ? 200 : 80); round++) {
      const list = filled.touches(1)
      const words = new Uint32Array(list.buffer)
      // Small ones are kinds, rows and times that there are.
      words[random(words.length)] = random(2 ** [4, 8, 12, 32][random(4)]!)
      const lists = filled.lists.slice()
      lists.set(listsOf([list]), 2)
      const target = { histogram: filled.histogram.slice(), plan, cells: cells.slice() }
      try {
        await stitch(guest, { lists, ...target })
        await finishBlocks(guest, target, { threads: 2 })
      } catch (error) {
        expect(error).toMatchObject({ code: 'DIVERGED' })
        refused++
      }
    }
    expect(refused).toBeGreaterThan(0)
    const target = { histogram: filled.histogram.slice(), plan, cells }
    const stopped = finishBlocks(guest, target, { signal: AbortSignal.abort() })
    await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' })
  })
})
