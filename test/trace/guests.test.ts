/** Every segment of the test guests has the heights that mode metered predicted, and the mock prover accepts it. */
import { afterAll, describe, expect, test } from 'vitest'
import { Rvr, u64 } from '../../src/index.ts'
import { fixtures } from '../metering/guests.ts'
import { isExhaustive, sample } from '../support/exhaustive.ts'
import { program } from '../run/support.ts'
import { registerNames } from '../../src/isa/registers.ts'
import { expectHonest, planned } from './support.ts'

const rvr = await Rvr.create({ cacheDir: false })
afterAll(() => rvr.dispose())

const bytesOf = (cells: Uint32Array): Buffer => Buffer.from(cells.buffer, cells.byteOffset, cells.byteLength)

describe.each([32, 64] as const)('RV%i', xlen => {
  const named = (name: string) => fixtures(xlen).find(each => each.name === name)!

  // The widths share what does not depend on them.
  test.each(sample(['echo', 'exitcode'], xlen / 32))('%s', async name => {
    expect(await expectHonest(rvr, named(name))).toBe(1)
  })

  test('fibonacci, in several segments', async () => {
    const options = { inputs: [u64(400)], segmentLimits: { maxTraceHeight: 1024 } }
    expect(await expectHonest(rvr, named('fibonacci'), options)).toBeGreaterThan(1)
  })

  test('a guest that touches nothing', async () => {
    const elf = program(xlen, code => code.op('terminate', { imm: 3 }))
    expect(await expectHonest(rvr, { name: 'terminate', xlen, abi: 'openvm', elf, options: {} })).toBe(1)
  })

  test('a guest that leaves nothing as it was needs all rows that were predicted, and a hash more', async () => {
    const elf = program(xlen, code => {
      for (let rd = 1; rd < 32; rd++) code.op('addi', { rd: registerNames[rd]!, rs1: 'zero', imm: rd })
      code.op('auipc', { rd: 's0' }).op('sw', { rs1: 's0', rs2: 's0' })
      code.op('reveal', { rs1: 's1' }).op('terminate')
    })
    const { guest, run } = await planned(rvr, { name: 'changes', xlen, abi: 'openvm', elf, options: {} })
    const { boundary, merkle, hash } = guest.machine.memory
    for await (const trace of run.traces({ filler: 'reference' })) {
      using segment = trace
      const below = [boundary, merkle, hash].map(name => {
        const { rows, predicted } = segment.chips.find(chip => chip.name === name)!
        return predicted! - rows
      })
      // Registers are charged on an empty tree. Where the file's bytes share a node with them, that node is not all-zero
      // in truth; the one beside it, above public values, is, and its zero subtree is a hash that nothing pays for.
      expect(below).toEqual([0, 0, -1])
    }
  })

  test.runIf(xlen === 32 || isExhaustive)('one segment alone is what it is among the others', async () => {
    const { run } = await planned(rvr, named('fibonacci'), {
      inputs: [u64(400)],
      segmentLimits: { maxTraceHeight: 1024 },
    })
    for await (const alone of run.traces({ segment: 1, filler: 'reference' })) {
      expect(alone.index).toBe(1)
      for await (const other of run.traces({ filler: 'reference' })) {
        if (other.index !== 1) continue
        expect(alone.publics).toEqual(other.publics)
        for (const { name } of other.chips) {
          const [a, b] = [alone.matrix(name).cells, other.matrix(name).cells]
          expect([name, Buffer.compare(bytesOf(a), bytesOf(b))]).toEqual([name, 0])
        }
        other.dispose()
        expect(() => other.matrix('AddI')).toThrow(expect.objectContaining({ code: 'DISPOSED' }))
      }
    }
  })

  test.runIf(xlen === 64 || isExhaustive)('fibonacci, stopped on the way', async () => {
    expect(await expectHonest(rvr, named('fibonacci'), { maxInstructions: 60 })).toBe(1)
  })
})
