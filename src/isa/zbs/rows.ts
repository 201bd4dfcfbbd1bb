/** The Zbs extension: single bits. */
import { OP, OP_IMM, register, shift, type Semantics } from '../alu-row.ts'
import type { Row } from '../row.ts'
import { amount, shiftMask } from '../shift-amount.ts'

const bit = (b: bigint, xlen: 32 | 64): bigint => 1n << (b & shiftMask(xlen))
const bitC = (b: string, xlen: 32 | 64): string => `((reg)1 << ${amount(b, xlen)})`

/** With the bit's number in a register and in the immediate. */
const single = (funct3: number, funct7: number, semantics: Semantics): Row[] => [
  register(semantics.op, [OP, funct3, funct7], semantics),
  ...shift(`${semantics.op}i`, [OP_IMM, funct3, funct7], semantics),
]

export const rows: readonly Row[] = [
  ...single(1, 0x24, {
    op: 'bclr',
    eval: (a, b, x) => a & ~bit(b, x),
    c: (a, b, x) => `${a} & ~${bitC(b, x)}`,
  }),
  ...single(5, 0x24, {
    op: 'bext',
    eval: (a, b, x) => (a >> (b & shiftMask(x))) & 1n,
    c: (a, b, x) => `${a} >> ${amount(b, x)} & 1`,
  }),
  ...single(1, 0x34, { op: 'binv', eval: (a, b, x) => a ^ bit(b, x), c: (a, b, x) => `${a} ^ ${bitC(b, x)}` }),
  ...single(1, 0x14, { op: 'bset', eval: (a, b, x) => a | bit(b, x), c: (a, b, x) => `${a} | ${bitC(b, x)}` }),
]
