/** The Zicond extension: a register, or 0 by a condition. */
import { OP, register } from '../alu-row.ts'
import type { Row } from '../row.ts'

export const rows: readonly Row[] = [
  register('czero.eqz', [OP, 5, 0x07], {
    op: 'czeroeqz',
    eval: (a, b) => (b === 0n ? 0n : a),
    c: (a, b) => `${b} == 0 ? 0 : ${a}`,
  }),
  register('czero.nez', [OP, 7, 0x07], {
    op: 'czeronez',
    eval: (a, b) => (b === 0n ? a : 0n),
    c: (a, b) => `${b} == 0 ? ${a} : 0`,
  }),
]
