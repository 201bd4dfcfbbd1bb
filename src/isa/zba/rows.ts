/** The Zba extension: addresses, as sums with a shifted operand. */
import { OP, OP_32, OP_IMM_32, register, shift64 } from '../alu-row.ts'
import { zext32 } from '../integer.ts'
import type { Row } from '../row.ts'
import { amount } from '../shift-amount.ts'

const low = (a: string): string => `(reg)(uint32_t)${a}`

/** sh1add, sh2add, sh3add, and the same of the lower 32 bits. */
const shiftedAdds = ([1, 2, 3] as const).flatMap(by => [
  register(`sh${by}add`, [OP, 2 * by, 0x10], {
    op: `sh${by}add`,
    eval: (a, b) => (a << BigInt(by)) + b,
    c: (a, b) => `(${a} << ${by}) + ${b}`,
  }),
  register(`sh${by}add.uw`, [OP_32, 2 * by, 0x10], {
    op: `sh${by}adduw`,
    eval: (a, b) => (zext32(a) << BigInt(by)) + b,
    c: (a, b) => `(${low(a)} << ${by}) + ${b}`,
  }),
])

export const rows: readonly Row[] = [
  ...shiftedAdds,
  register('add.uw', [OP_32, 0, 0x04], {
    op: 'adduw',
    eval: (a, b) => zext32(a) + b,
    c: (a, b) => `${low(a)} + ${b}`,
  }),
  shift64('slli.uw', [OP_IMM_32, 1, 0x04], {
    op: 'slluw',
    eval: (a, b) => zext32(a) << b,
    c: (a, b) => `${low(a)} << ${amount(b, 64)}`,
  }),
]
