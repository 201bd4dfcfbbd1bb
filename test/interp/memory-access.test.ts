/** Loads and stores: widths, signs, alignment, and the end of memory. */
import { describe, expect, test } from 'vitest'
import { MEMORY_BYTES } from '../../src/elf/image.ts'
import { guest, trapOf, TEXT } from '../support/guest.ts'

const DATA = 0x300000
const data = [
  {
    address: DATA,
    bytes: Uint8Array.of(
      0x80,
      0x81,
      0x82,
      0x83,
      0x84,
      0x85,
      0x86,
      0x87,
      0x01,
      0x02,
      0x03,
      0x04,
      0x05,
      0x06,
      0x07,
      0x08,
    ),
    flags: 6,
  },
]

const loads: [32 | 64, string, number, bigint][] = [
  [64, 'lb', 0, 0xffff_ffff_ffff_ff80n],
  [64, 'lbu', 0, 0x80n],
  [64, 'lh', 1, 0xffff_ffff_ffff_8281n],
  [64, 'lhu', 1, 0x8281n],
  [64, 'lw', 1, 0xffff_ffff_8483_8281n],
  [64, 'lwu', 1, 0x8483_8281n],
  [64, 'ld', 3, 0x0302_0187_8685_8483n],
  [64, 'lb', 8, 1n],
  [64, 'lw', 8, 0x0403_0201n],
  [32, 'lb', 0, 0xffff_ff80n],
  [32, 'lbu', 0, 0x80n],
  [32, 'lh', 1, 0xffff_8281n],
  [32, 'lhu', 1, 0x8281n],
  [32, 'lw', 1, 0x8483_8281n],
]
test.each(loads)('RV%i %s at offset %i', (xlen, name, offset, value) => {
  const { hart, run } = guest(
    a =>
      a
        .li(6, DATA + 100)
        .op(name, { rd: 5, rs1: 6, imm: offset - 100 })
        .op('terminate'),
    { xlen, data },
  )
  run()
  expect(hart.x[5]).toBe(value)
})

const stores: [32 | 64, string, number][] = [
  [64, 'sb', 1],
  [64, 'sh', 2],
  [64, 'sw', 4],
  [64, 'sd', 8],
  [32, 'sb', 1],
  [32, 'sh', 2],
  [32, 'sw', 4],
]
describe.each(stores)('RV%i %s', (xlen, name, width) => {
  test('writes its bytes and no others, unaligned too', () => {
    const { hart, run } = guest(
      a => a.li(6, DATA).li(5, 0x1122_3344_5566_7788n).op(name, { rs1: 6, rs2: 5, imm: 3 }).op('terminate'),
      { xlen },
    )
    run()
    const written = [0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11].slice(0, width)
    expect([...hart.memory.subarray(DATA, DATA + 12)]).toEqual([
      0,
      0,
      0,
      ...written,
      ...Array.from({ length: 9 - width }, () => 0),
    ])
  })

  test('the last legal address is memory end minus width', () => {
    const at = (address: number) =>
      guest(a => a.li(6, address).li(5, -1).op(name, { rs1: 6, rs2: 5 }).op('terminate'), { xlen })
    expect(at(MEMORY_BYTES - width).run().reason.type).toBe('terminated')
    const outside = at(MEMORY_BYTES - width + 1)
    const { reason } = outside.run()
    expect(trapOf(reason)).toMatchObject({
      kind: 'store-outside',
      address: BigInt(MEMORY_BYTES - width + 1),
      pc: outside.hart.pc,
    })
    expect(outside.hart.memory.subarray(MEMORY_BYTES - 16).every(byte => byte === 0)).toBe(true)
  })
})

test('a load behind the end traps and leaves rd alone', () => {
  const { hart, run } = guest(a =>
    a
      .li(6, MEMORY_BYTES - 4)
      .li(5, 77)
      .op('ld', { rd: 5, rs1: 6, imm: 1 })
      .op('terminate'),
  )
  const { reason, executed } = run()
  expect(trapOf(reason)).toMatchObject({ kind: 'load-outside', address: BigInt(MEMORY_BYTES - 3) })
  expect(hart.x[5]).toBe(77n)
  expect(hart.pc).toBe(TEXT + executed * 4)
})

test('a load to x0 still accesses memory and x0 stays 0', () => {
  const bad = guest(a => a.li(6, MEMORY_BYTES).op('lb', { rd: 0, rs1: 6 }).op('terminate')).run()
  expect(trapOf(bad.reason).kind).toBe('load-outside')
  const good = guest(
    a => a.li(6, DATA).op('lb', { rd: 0, rs1: 6 }).op('add', { rd: 5, rs1: 0, rs2: 0 }).op('terminate'),
    { data },
  )
  good.run()
  expect([good.hart.x[0], good.hart.x[5]]).toEqual([0n, 0n])
})

test('RV64 addresses use all 64 bits', () => {
  const high = guest(a =>
    a
      .li(6, 1n << 32n)
      .op('lw', { rd: 5, rs1: 6 })
      .op('terminate'),
  ).run()
  expect(trapOf(high.reason)).toMatchObject({ kind: 'load-outside', address: 1n << 32n })
  const top = guest(a => a.li(6, -1).op('sd', { rs1: 6 }).op('terminate')).run()
  expect(trapOf(top.reason)).toMatchObject({ kind: 'store-outside', address: 2n ** 64n - 1n })
  const wrapped = guest(a => a.li(6, -8).op('lb', { rd: 5, rs1: 6, imm: 9 }).op('terminate')).run()
  expect(wrapped.reason.type).toBe('terminated')
})

test('RV32 addresses are taken mod 2^32', () => {
  const wrapped = guest(a => a.li(6, -8).op('lb', { rd: 5, rs1: 6, imm: 9 }).op('terminate'), { xlen: 32 }).run()
  expect(wrapped.reason.type).toBe('terminated')
  const below = guest(a => a.op('lw', { rd: 5, rs1: 0, imm: -4 }).op('terminate'), { xlen: 32 }).run()
  expect(trapOf(below.reason)).toMatchObject({ kind: 'load-outside', address: 0xffff_fffcn })
})

test('storing over code changes memory but not what is executed', () => {
  const { hart, run } = guest(a =>
    a
      .li(6, TEXT)
      .label('again')
      .op('sw', { rs1: 6, imm: 0 })
      .op('sw', { rs1: 6, imm: 4 })
      .op('sw', { rs1: 6, imm: 8 })
      .op('sw', { rs1: 6, imm: 12 })
      .op('sw', { rs1: 6, imm: 16 })
      .op('addi', { rd: 5, rs1: 5, imm: 1 })
      .op('slti', { rd: 7, rs1: 5, imm: 2 })
      .op('bne', { rs1: 7, target: 'again' })
      .op('terminate', { imm: 3 }),
  )
  expect(run().reason).toEqual({ type: 'terminated', exitCode: 3 })
  expect(hart.x[5]).toBe(2n)
  expect(hart.view.getUint32(TEXT, true)).toBe(0)
})
