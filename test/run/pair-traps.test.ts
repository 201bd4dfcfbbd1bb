/** A trap in the middle of 64-bit arithmetic on RV32: registers, pc and counts are those before the trapping instruction. */
import { expect, inject, test } from 'vitest'
import { Rvr } from '../../src/index.ts'
import { expectSame, factsOf, program } from './support.ts'

/**
 * A product, a sum with carry, a rotation and a complement in a loop; in its third turn the access at `place` is
 * illegal.
 */
const guest = (place: number): Uint8Array =>
  program(32, code => {
    // The block computes this address, so that its check stands in front of the access and not at the block's head.
    const access = (at: number): void => {
      if (at === place) code.op('lw', { rd: 's11', rs1: 's5' })
    }
    code.li('a0', 0x9e37_79b9).li('a1', 0x7f4a_7c15).li('s1', 0x300020).li('s2', 3)
    code
      .label('next')
      .op('addi', { rd: 's2', rs1: 's2', imm: -1 })
      .op('sltiu', { rd: 't3', rs1: 's2', imm: 1 })
      .op('slli', { rd: 't3', rs1: 't3', imm: 30 })
      .op('or', { rd: 's5', rs1: 's1', rs2: 't3' })
    code
      .op('mul', { rd: 'a2', rs1: 'a0', rs2: 'a1' })
      .op('mulhu', { rd: 'a3', rs1: 'a0', rs2: 'a1' })
      .op('add', { rd: 'a4', rs1: 'a4', rs2: 'a2' })
    access(0)
    code
      .op('sltu', { rd: 't0', rs1: 'a4', rs2: 'a2' })
      .op('add', { rd: 'a3', rs1: 'a3', rs2: 'a5' })
      .op('add', { rd: 'a5', rs1: 'a3', rs2: 't0' })
    code
      .op('slli', { rd: 't0', rs1: 'a4', imm: 7 })
      .op('srli', { rd: 't1', rs1: 'a5', imm: 25 })
      .op('or', { rd: 't0', rs1: 't0', rs2: 't1' })
    code
      .op('slli', { rd: 't1', rs1: 'a5', imm: 7 })
      .op('srli', { rd: 't2', rs1: 'a4', imm: 25 })
      .op('or', { rd: 'a5', rs1: 't1', rs2: 't2' })
      .op('xori', { rd: 'a4', rs1: 't0', imm: -1 })
    access(1)
    code.op('xori', { rd: 'a5', rs1: 'a5', imm: -1 }).op('jal', { target: 'next' })
  })

test.each([
  [0, 'gcc'],
  [1, undefined],
] as const)('at place %i, %s', async (place, cc) => {
  await using rvr = await Rvr.create({ cacheDir: inject('sharedCache'), ...(cc !== undefined && { cc }) })
  const loaded = await rvr.load(guest(place))
  using wanted = await loaded.interpret('pure').execute()
  using found = await (await loaded.compile('pure')).execute()
  expect(factsOf(wanted)).toMatchObject({
    outcome: 'trapped',
    trap: { kind: 'load-outside' },
    instret: place === 0 ? 54n : 64n,
  })
  expectSame(found, wanted)
})
