/** Counting, stopping, metering and control transfers of the reference interpreter. */
import { describe, expect, test } from 'vitest'
import { parseElf } from '../../src/elf/parse.ts'
import { rangeAt } from '../../src/program/slots.ts'
import { cellsOf, defaultMachine } from '../../src/machine/machine.ts'
import { buildElf } from '../support/elf-builder.ts'
import { guest, trapOf, TEXT } from '../support/guest.ts'
import type { Assembler } from '../support/assembler.ts'

const machine = defaultMachine(64)
const meter = { cost: (instr: Parameters<typeof cellsOf>[1], rows: number) => cellsOf(machine, instr, rows) }
/** The worked example of docs/metering.md, "Cost". */
const example = (a: Assembler): void => {
  a.op('addi', { rd: 5, imm: 3 })
    .label('loop')
    .op('addi', { rd: 5, rs1: 5, imm: -1 })
    .op('bne', { rs1: 5, target: 'loop' })
    .op('terminate')
}

describe('counting and stopping', () => {
  test('the worked example of metering.md: 8 instructions, 164 cells', () => {
    expect(guest(example, { meter }).run()).toEqual({
      reason: { type: 'terminated', exitCode: 0 },
      executed: 8,
      cost: 4 * 23 + 3 * 24,
    })
    expect(guest(example).run()).toEqual({ reason: { type: 'terminated', exitCode: 0 }, executed: 8, cost: 0 })
  })

  test('a run in pieces of every size ends like a run in one piece', () => {
    for (let size = 1; size <= 9; size++) {
      const { hart, run } = guest(example, { meter })
      let executed = 0
      let cost = 0
      for (;;) {
        const part = run({ maxInstructions: size })
        executed += part.executed
        cost += part.cost
        if (part.reason.type === 'terminated') break
        expect(part).toMatchObject({ reason: { type: 'limit' }, executed: size })
      }
      expect([executed, cost, hart.pc, hart.x[5]]).toEqual([8, 164, TEXT + 12, 0n])
    }
  })

  test('a limit of 0 executes nothing; a bigint limit works', () => {
    const { hart, run } = guest(example)
    expect(run({ maxInstructions: 0 })).toEqual({ reason: { type: 'limit' }, executed: 0, cost: 0 })
    expect(hart.pc).toBe(TEXT)
    expect(run({ maxInstructions: 3n }).executed).toBe(3)
    expect(hart.pc).toBe(TEXT + 4)
  })

  test('until is asked after each instruction', () => {
    const { hart, run } = guest(example)
    const until = (pc: number): boolean => pc === TEXT + 4
    expect(run({ until })).toMatchObject({ reason: { type: 'leader' }, executed: 1 })
    expect(run({ until })).toMatchObject({ reason: { type: 'leader' }, executed: 2 })
    expect(run({ until, maxInstructions: 1 })).toMatchObject({ reason: { type: 'limit' }, executed: 1 })
    expect(hart.pc).toBe(TEXT + 8)
  })

  test('arithmetic to x0 is a no-op and costs a Phantom row; a load to x0 costs a load', () => {
    const phantoms = guest(
      a =>
        a
          .op('addi', { rd: 0, rs1: 0, imm: 9 })
          .op('lui', { rd: 0, imm: 4096 })
          .op('fence')
          .op('csrrw', { imm: 0x300 })
          .op('mul', { rd: 0 })
          .op('terminate'),
      { meter },
    )
    expect(phantoms.run()).toEqual({ reason: { type: 'terminated', exitCode: 0 }, executed: 6, cost: 5 * 6 })
    expect(phantoms.hart.x[0]).toBe(0n)
    expect(guest(a => a.op('lbu').op('terminate'), { meter }).run().cost).toBe(28)
  })
})

describe.each([32, 64] as const)('control transfer on RV%i', xlen => {
  test('jal and jalr link, jalr clears bit 0, rd = rs1 jumps to the old value', () => {
    const { hart, run } = guest(
      a =>
        a
          .op('jal', { rd: 1, target: 'over' })
          .op('terminate', { imm: 1 })
          .label('over')
          .li(5, TEXT + 25)
          .op('jalr', { rd: 5, rs1: 5 })
          .op('terminate', { imm: 2 })
          .op('terminate', { imm: 3 }),
      { xlen },
    )
    expect(run().reason).toEqual({ type: 'terminated', exitCode: 3 })
    expect(hart.x[1]).toBe(BigInt(TEXT + 4))
    expect(hart.x[5]).toBe(BigInt(TEXT + 20))
  })

  test('jumps that link to x0 leave it 0', () => {
    const { hart, run } = guest(
      a =>
        a
          .op('jal', { rd: 0, target: 'next' })
          .label('next')
          .op('auipc', { rd: 5 })
          .op('jalr', { rd: 0, rs1: 5, imm: 8 })
          .op('terminate'),
      { xlen },
    )
    expect(run().executed).toBe(4)
    expect(hart.x[0]).toBe(0n)
  })

  test('an instruction that jumps to no slot traps at the jump and writes nothing', () => {
    const jump = (target: number | bigint) => {
      const g = guest(a => a.li(5, target).op('jalr', { rd: 1, rs1: 5 }).op('terminate'), { xlen })
      const { reason, executed } = g.run()
      expect(g.hart.x[1]).toBe(0n)
      expect(g.hart.pc).toBe(TEXT + executed * 4)
      return { ...trapOf(reason), message: '' }
    }
    expect(jump(0)).toMatchObject({ kind: 'jump-outside', address: 0n })
    expect(jump(TEXT + 2)).toMatchObject({ kind: 'jump-misaligned', address: BigInt(TEXT + 2) })
    expect(jump(TEXT + 3)).toMatchObject({ kind: 'jump-misaligned', address: BigInt(TEXT + 2) })
    expect(jump(-3)).toMatchObject({ kind: 'jump-outside', address: 2n ** BigInt(xlen) - 4n })
    expect(jump(-1)).toMatchObject({ kind: 'jump-misaligned', address: 2n ** BigInt(xlen) - 2n })
    if (xlen === 64)
      expect(jump((1n << 53n) + 2n)).toMatchObject({ kind: 'jump-misaligned', address: (1n << 53n) + 2n })
  })

  test('a static jump to no slot traps only when it is taken', () => {
    const taken = guest(a => a.op('beq', { rs1: 0, rs2: 5, imm: -4096 }).op('terminate'), { xlen })
    expect(trapOf(taken.run().reason)).toMatchObject({ kind: 'jump-outside', pc: TEXT, address: BigInt(TEXT - 4096) })
    expect(guest(a => a.op('bne', { rs1: 0, rs2: 0, imm: -4096 }).op('terminate'), { xlen }).run().executed).toBe(2)
    const misaligned = guest(a => a.op('jal', { rd: 1, imm: 6 }).op('terminate'), { xlen })
    expect(trapOf(misaligned.run().reason)).toMatchObject({
      kind: 'jump-misaligned',
      pc: TEXT,
      address: BigInt(TEXT + 6),
    })
    expect(misaligned.hart.x[1]).toBe(0n)
    const below = guest(a => a.op('jal', { rd: 0, imm: -(2 ** 20) }).op('terminate'), { xlen, data: [] })
    expect(trapOf(below.run().reason)).toMatchObject({ kind: 'jump-outside', address: BigInt(TEXT - 2 ** 20) })
  })

  test('running off the end of the code is fetch-outside, and the instruction before has retired', () => {
    const { run, hart } = guest(a => a.op('addi', { rd: 5, imm: 1 }), { xlen })
    const { reason, executed } = run()
    expect(trapOf(reason)).toMatchObject({ kind: 'fetch-outside', pc: TEXT + 4 })
    expect([executed, hart.x[5], hart.pc]).toEqual([1, 1n, TEXT + 4])
  })

  test('a word beyond the bytes of the file is zero: an unknown word', () => {
    expect(guest(a => a.op('addi', { rd: 5, imm: 1 }), { xlen, memorySize: 8 }).run()).toMatchObject({
      reason: { type: 'terminated', exitCode: 2 },
      executed: 2,
    })
  })
})

test('unknown words, ecall and ebreak end an openvm guest with code 2 and no cost', () => {
  for (const word of [0xffff_ffff, 0x73, 0x0010_0073, 0x3000_2573]) {
    expect(guest(a => a.word(word), { meter }).run()).toEqual({
      reason: { type: 'terminated', exitCode: 2 },
      executed: 1,
      cost: 0,
    })
  }
})

test('slots are the aligned whole words of executable segments', () => {
  const image = parseElf(
    buildElf({
      xlen: 64,
      entry: 0x1004,
      segments: [
        { address: 0x1002, bytes: new Uint8Array(9), flags: 5, memorySize: 17 },
        { address: 0x2000, bytes: new Uint8Array(8), flags: 6 },
      ],
    }),
    'x',
  )
  const slots = Array.from({ length: 0x40 }, (_, index) => 0xff0 + index).filter(
    pc => rangeAt(image, 4, pc) !== undefined,
  )
  expect(slots).toEqual([0x1004, 0x1008, 0x100c])
  expect(rangeAt(image, 4, 0x2000)).toBe(undefined)
})
