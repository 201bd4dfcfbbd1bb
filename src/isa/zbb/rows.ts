/** The Zbb extension: counts of bits, rotations, minima, extensions; logic with a complement. */
import { OP, OP_32, OP_IMM, OP_IMM_32, register, shift, shift32, unary, type Semantics } from '../alu-row.ts'
import { joined, leadingZeros, ones, partsOf, trailingZeros } from '../bits.ts'
import { sext32, signed, zext32 } from '../integer.ts'
import type { AluRow, Row } from '../row.ts'
import { shiftMask } from '../shift-amount.ts'

type Eval = AluRow['eval']

const inRuntime = true
const low = (operand: string): string => `(uint32_t)${operand}`

/** A function of bits.h that has a form of 32 bits beside that of a register. */
const count = (op: 'clz' | 'ctz' | 'cpop', evaluate: (a: bigint, bits: number) => bigint, c: string, at: number) => {
  const place = (opcode: number) => [opcode, 1, 0x600 | at] as const
  return [
    unary(op, place(OP_IMM), { op, eval: (a, _b, x) => evaluate(a, x), c: a => `${c}(${a})`, inRuntime }),
    unary(`${op}w`, place(OP_IMM_32), {
      op: `${op}w`,
      eval: a => evaluate(zext32(a), 32),
      c: a => `${c}32(${low(a)})`,
      inRuntime,
    }),
  ]
}

const extremum = (op: 'max' | 'maxu' | 'min' | 'minu', funct3: number): AluRow => {
  const isUnsigned = op.endsWith('u')
  const type = isUnsigned ? '' : '(sreg)'
  const isMax = op.startsWith('max')
  return register(op, [OP, funct3, 0x05], {
    op,
    eval: (a, b, x) => {
      const isLess = isUnsigned ? a < b : signed(a, x) < signed(b, x)
      return isLess === isMax ? b : a
    },
    c: (a, b) => `${type}${a} < ${type}${b} ? ${isMax ? `${b} : ${a}` : `${a} : ${b}`}`,
  })
}

const left: Eval = (a, b, x) => (a << (b & shiftMask(x))) | (a >> (-b & shiftMask(x)))
const right: Eval = (a, b, x) => left(a, -b, x)
const rol: Semantics = { op: 'rol', eval: left, c: (a, b) => `rotate_left(${a}, ${b})`, inRuntime }
const ror: Semantics = { op: 'ror', eval: right, c: (a, b) => `rotate_right(${a}, ${b})`, inRuntime }
const rolw: Semantics = {
  op: 'rolw',
  eval: (a, b) => sext32(left(zext32(a), b, 32)),
  c: (a, b) => `sext32(rotate_left32(${low(a)}, ${low(b)}))`,
  inRuntime,
}
const rorw: Semantics = {
  op: 'rorw',
  eval: (a, b) => sext32(right(zext32(a), b, 32)),
  c: (a, b) => `sext32(rotate_right32(${low(a)}, ${low(b)}))`,
  inRuntime,
}
const rev8: Semantics = {
  op: 'rev8',
  eval: (a, _b, x) => joined(partsOf(a, 8, x).toReversed(), 8),
  c: (a, _b, x) => `__builtin_bswap${x}(${a})`,
}
const zexth: Semantics = { op: 'zexth', eval: a => a & 0xffffn, c: a => `${a} & 0xffff` }

/** What Zbkb has too. */
export const shared: readonly Row[] = [
  register('andn', [OP, 7, 0x20], { op: 'andn', eval: (a, b) => a & ~b, c: (a, b) => `${a} & ~${b}` }),
  register('orn', [OP, 6, 0x20], { op: 'orn', eval: (a, b) => a | ~b, c: (a, b) => `${a} | ~${b}` }),
  register('xnor', [OP, 4, 0x20], { op: 'xnor', eval: (a, b) => ~(a ^ b), c: (a, b) => `~(${a} ^ ${b})` }),
  register('rol', [OP, 1, 0x30], rol),
  register('ror', [OP, 5, 0x30], ror),
  ...shift('rori', [OP_IMM, 5, 0x30], ror),
  register('rolw', [OP_32, 1, 0x30], rolw),
  register('rorw', [OP_32, 5, 0x30], rorw),
  shift32('roriw', [OP_IMM_32, 5, 0x30], rorw, 64),
  unary('rev8', [OP_IMM, 5, 0x698], rev8, 32),
  unary('rev8', [OP_IMM, 5, 0x6b8], rev8, 64),
]

export const rows: readonly Row[] = [
  ...shared,
  ...count('clz', leadingZeros, 'leading_zeros', 0),
  ...count('ctz', trailingZeros, 'trailing_zeros', 1),
  ...count('cpop', ones, 'population', 2),
  extremum('min', 4),
  extremum('minu', 5),
  extremum('max', 6),
  extremum('maxu', 7),
  unary('sext.b', [OP_IMM, 1, 0x604], {
    op: 'sextb',
    eval: a => BigInt.asIntN(8, a),
    c: a => `(reg)(sreg)(int8_t)${a}`,
  }),
  unary('sext.h', [OP_IMM, 1, 0x605], {
    op: 'sexth',
    eval: a => BigInt.asIntN(16, a),
    c: a => `(reg)(sreg)(int16_t)${a}`,
  }),
  unary('zext.h', [OP, 4, 0x080], zexth, 32),
  unary('zext.h', [OP_32, 4, 0x080], zexth, 64),
  unary('orc.b', [OP_IMM, 5, 0x287], {
    op: 'orcb',
    eval: (a, _b, x) =>
      joined(
        partsOf(a, 8, x).map(byte => (byte === 0n ? 0n : 0xffn)),
        8,
      ),
    c: a => `or_combine(${a})`,
    inRuntime,
  }),
]
