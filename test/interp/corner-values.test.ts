/** Arithmetic at its corners, against expectations that do not come from the instruction tables. */
import { describe, expect, test } from 'vitest'
import { guest } from '../support/guest.ts'

const MIN32 = 0x8000_0000
const MAX32 = 0x7fff_ffff
const corners32 = [
  0,
  1,
  2,
  31,
  32,
  33,
  0xff,
  0x7ff,
  0x800,
  0xffff,
  0x12345678,
  MAX32,
  MIN32,
  MIN32 + 1,
  0xdeadbeef,
  0xffff_fffe,
  0xffff_ffff,
]

/** Plain JavaScript int32 arithmetic; a and b are unsigned, the result is taken mod 2^32. */
const int32: Record<string, (a: number, b: number) => number> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  xor: (a, b) => a ^ b,
  or: (a, b) => a | b,
  and: (a, b) => a & b,
  slt: (a, b) => ((a | 0) < (b | 0) ? 1 : 0),
  sltu: (a, b) => (a < b ? 1 : 0),
  sll: (a, b) => a << b,
  srl: (a, b) => a >>> b,
  sra: (a, b) => a >> b,
  mul: (a, b) => Math.imul(a, b),
  mulhu: (a, b) => high(a, b),
  mulh: (a, b) => high(a, b) - ((a | 0) < 0 ? b : 0) - ((b | 0) < 0 ? a : 0),
  mulhsu: (a, b) => high(a, b) - ((a | 0) < 0 ? b : 0),
  div: (a, b) => (b === 0 ? -1 : ((a | 0) / (b | 0)) | 0),
  divu: (a, b) => (b === 0 ? -1 : Math.floor(a / b)),
  rem: (a, b) => (b === 0 ? a : ((a | 0) % (b | 0)) | 0),
  remu: (a, b) => (b === 0 ? a : a % b),
}

/** High half of an unsigned 32 × 32 product by 16-bit limbs. */
function high(a: number, b: number): number {
  const al = a & 0xffff
  const ah = a >>> 16
  const bl = b & 0xffff
  const bh = b >>> 16
  const middle = ah * bl + Math.floor((al * bl) / 0x10000)
  return ah * bh + Math.floor(middle / 0x10000) + Math.floor(((middle % 0x10000) + al * bh) / 0x10000)
}

test.each(Object.keys(int32))('RV32 %s on all pairs of corners', name => {
  const pairs = corners32.flatMap(a => corners32.map(b => [a, b] as const))
  const { hart, run } = guest(
    a => {
      a.label('loop').op(name, { rd: 5, rs1: 6, rs2: 7 }).op('terminate')
    },
    { xlen: 32 },
  )
  const start = hart.pc
  for (const [a, b] of pairs) {
    hart.pc = start
    hart.x[6] = BigInt(a)
    hart.x[7] = BigInt(b)
    run()
    expect(Number(hart.x[5]), `${name} 0x${a.toString(16)}, 0x${b.toString(16)}`).toBe(int32[name]!(a, b) >>> 0)
  }
})

const M = 0xffff_ffff_ffff_ffffn
const MIN = 0x8000_0000_0000_0000n
const MAX = 0x7fff_ffff_ffff_ffffn
const S32 = 0xffff_ffff_8000_0000n

/** name, rs1, rs2 or immediate, result */
const rv64: [string, bigint, bigint, bigint][] = [
  ['add', M, 1n, 0n],
  ['add', MAX, 1n, MIN],
  ['sub', 0n, 1n, M],
  ['sub', MIN, 1n, MAX],
  ['xor', M, 0xffn, 0xffff_ffff_ffff_ff00n],
  ['or', MIN, 1n, 0x8000_0000_0000_0001n],
  ['and', M, MIN, MIN],
  ['slt', MIN, MAX, 1n],
  ['slt', MAX, MIN, 0n],
  ['slt', 5n, 5n, 0n],
  ['sltu', MIN, MAX, 0n],
  ['sltu', MAX, MIN, 1n],
  ['sll', 1n, 63n, MIN],
  ['sll', 1n, 64n, 1n],
  ['sll', 3n, 63n, MIN],
  ['srl', MIN, 63n, 1n],
  ['srl', M, 65n, MAX],
  ['sra', MIN, 63n, M],
  ['sra', MAX, 62n, 1n],
  ['addw', 0x7fff_ffffn, 1n, S32],
  ['addw', 0x1_ffff_ffffn, 1n, 0n],
  ['addw', S32, M, 0x7fff_ffffn],
  ['subw', 0n, 1n, M],
  ['subw', S32, 1n, 0x7fff_ffffn],
  ['sllw', 1n, 31n, S32],
  ['sllw', 1n, 32n, 1n],
  ['sllw', 0xffff_ffff_0000_0001n, 4n, 16n],
  ['srlw', S32, 31n, 1n],
  ['srlw', M, 0n, M],
  ['srlw', M, 32n, M],
  ['sraw', S32, 31n, M],
  ['sraw', S32, 36n, 0xffff_ffff_f800_0000n],
  ['srlw', S32, 63n, 1n],
  ['sllw', 1n, 63n, S32],
  ['sraw', 0x8000_0000n, 4n, 0xffff_ffff_f800_0000n],
  ['mul', MIN, 2n, 0n],
  ['mul', M, M, 1n],
  ['mul', 0x1_0000_0001n, 0x1_0000_0001n, 0x2_0000_0001n],
  ['mulh', M, M, 0n],
  ['mulh', MIN, MIN, 0x4000_0000_0000_0000n],
  ['mulh', MIN, 1n, M],
  ['mulhu', M, M, M - 1n],
  ['mulhu', MIN, 2n, 1n],
  ['mulhsu', M, M, M],
  ['mulhsu', MIN, M, MIN],
  ['mulhsu', 1n, M, 0n],
  ['div', MIN, M, MIN],
  ['div', 7n, 0n, M],
  ['div', M - 6n, 2n, M - 2n],
  ['divu', M, 0n, M],
  ['divu', M, 2n, MAX],
  ['rem', MIN, M, 0n],
  ['rem', M - 6n, 2n, M],
  ['rem', M - 6n, 0n, M - 6n],
  ['remu', M, 0n, M],
  ['remu', M, 10n, 5n],
  ['mulw', 0x8000_0000n, 2n, 0n],
  ['mulw', 0x1_0000_ffffn, 0xffffn, 0xffff_ffff_fffe_0001n],
  ['divw', 0x8000_0000n, 0xffff_ffffn, S32],
  ['divw', 5n, 0n, M],
  ['divw', 0x1_0000_0000n, 1n, 0n],
  ['divw', 0xffff_fff9n, 2n, M - 2n],
  ['divuw', 0x8000_0000n, 1n, S32],
  ['divuw', 5n, 0x1_0000_0000n, M],
  ['divuw', 0xffff_ffffn, 2n, 0x7fff_ffffn],
  ['remw', 0x8000_0000n, 0xffff_ffffn, 0n],
  ['remw', 0xffff_fff9n, 2n, M],
  ['remw', 0x8000_0000n, 0n, S32],
  ['remuw', 0xffff_ffffn, 0n, M],
  ['remuw', 0xffff_ffffn, 10n, 5n],
]

test.each(rv64)('RV64 %s 0x%x, 0x%x', (name, a, b, result) => {
  const { hart, run } = guest(code => code.op(name, { rd: 5, rs1: 6, rs2: 7 }).op('terminate'))
  hart.x[6] = a
  hart.x[7] = b
  run()
  expect(hart.x[5]).toBe(result)
  expect([hart.x[6], hart.x[7]]).toEqual([a, b])
})

const immediates: [32 | 64, string, bigint, number, bigint][] = [
  [64, 'addi', 0n, -1, M],
  [64, 'addi', M, 1, 0n],
  [64, 'slti', MIN, -2048, 1n],
  [64, 'slti', 0n, -1, 0n],
  [64, 'sltiu', 5n, -1, 1n],
  [64, 'sltiu', M, -1, 0n],
  [64, 'xori', 0n, -1, M],
  [64, 'ori', 1n, -2048, 0xffff_ffff_ffff_f801n],
  [64, 'andi', M, 0x7ff, 0x7ffn],
  [64, 'andi', M, -1, M],
  [64, 'slli', 1n, 63, MIN],
  [64, 'srli', M, 63, 1n],
  [64, 'srai', MIN, 63, M],
  [64, 'addiw', 0x7fff_ffffn, 1, S32],
  [64, 'addiw', 0x1_0000_0000n, 0, 0n],
  [64, 'slliw', 1n, 31, S32],
  [64, 'srliw', M, 31, 1n],
  [64, 'srliw', M, 0, M],
  [64, 'sraiw', 0x8000_0000n, 31, M],
  [32, 'addi', 0n, -1, 0xffff_ffffn],
  [32, 'addi', 0xffff_ffffn, 1, 0n],
  [32, 'slti', 0x8000_0000n, 0, 1n],
  [32, 'sltiu', 5n, -1, 1n],
  [32, 'sltiu', 0xffff_ffffn, -1, 0n],
  [32, 'xori', 0n, -1, 0xffff_ffffn],
  [32, 'ori', 1n, -2048, 0xffff_f801n],
  [32, 'andi', 0xffff_ffffn, -16, 0xffff_fff0n],
  [32, 'slli', 3n, 31, 0x8000_0000n],
  [32, 'srli', 0xffff_ffffn, 31, 1n],
  [32, 'srai', 0x8000_0000n, 31, 0xffff_ffffn],
]
test.each(immediates)('RV%i %s 0x%x, %i', (xlen, name, a, imm, result) => {
  const { hart, run } = guest(code => code.op(name, { rd: 5, rs1: 6, imm }).op('terminate'), { xlen })
  hart.x[6] = a
  run()
  expect(hart.x[5]).toBe(result)
})

describe.each([32, 64] as const)('RV%i', xlen => {
  const ones = xlen === 64 ? M : 0xffff_ffffn

  test('lui and auipc sign-extend', () => {
    const { hart, run } = guest(
      a =>
        a
          .op('lui', { rd: 5, imm: 0x8000_0000 | 0 })
          .op('auipc', { rd: 6, imm: 0xffff_f000 | 0 })
          .op('auipc', { rd: 7, imm: 0x8000_0000 | 0 })
          .op('terminate'),
      { xlen },
    )
    run()
    expect(hart.x[5]).toBe(xlen === 64 ? S32 : 0x8000_0000n)
    expect(hart.x[6]).toBe(0x1ff804n)
    expect(hart.x[7]).toBe(xlen === 64 ? S32 + 0x200808n : 0x8020_0808n)
  })

  const branches: [string, bigint, bigint, boolean][] = [
    ['beq', ones, ones, true],
    ['beq', ones, 0n, false],
    ['bne', 1n, 0n, true],
    ['bne', 0n, 0n, false],
    ['blt', ones, 0n, true],
    ['blt', 0n, ones, false],
    ['blt', 3n, 3n, false],
    ['bge', 3n, 3n, true],
    ['bge', ones, 0n, false],
    ['bge', 0n, ones, true],
    ['bltu', 0n, ones, true],
    ['bltu', ones, 0n, false],
    ['bgeu', ones, 0n, true],
    ['bgeu', 0n, ones, false],
    ['bgeu', 0n, 0n, true],
  ]
  test.each(branches)('%s 0x%x, 0x%x', (name, a, b, taken) => {
    const { hart, run } = guest(
      code =>
        code
          .op(name, { rs1: 6, rs2: 7, target: 'yes' })
          .op('terminate', { imm: 7 })
          .label('yes')
          .op('terminate', { imm: 9 }),
      { xlen },
    )
    hart.x[6] = a
    hart.x[7] = b
    expect(run().reason).toEqual({ type: 'terminated', exitCode: taken ? 9 : 7 })
  })

  test('the assembler loads every constant', () => {
    for (const value of [
      0n,
      1n,
      -1n,
      2047n,
      2048n,
      -2048n,
      -2049n,
      0x7fff_ffffn,
      0x7fff_f800n,
      0x8000_0000n,
      0xffff_ffffn,
      0x1234_5678_9abc_def0n,
      MIN,
      MAX,
      M,
    ]) {
      const { hart, run } = guest(a => a.li(5, value).op('terminate'), { xlen })
      run()
      expect(hart.x[5]).toBe(BigInt.asUintN(xlen, value))
    }
  })
})
