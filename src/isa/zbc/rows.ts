/** The Zbc extension: products without carries. */
import { OP, register } from '../alu-row.ts'
import type { AluRow, Row } from '../row.ts'

/** The product of two polynomials over the field of two elements. */
function product(a: bigint, b: bigint): bigint {
  let sum = 0n
  for (let left = a, right = b; right !== 0n; left <<= 1n, right >>= 1n) if ((right & 1n) === 1n) sum ^= left
  return sum
}

const row = (op: 'clmul' | 'clmulr' | 'clmulh', funct3: number, evaluate: AluRow['eval'], shifted: string): AluRow =>
  register(op, [OP, funct3, 0x05], {
    op,
    eval: evaluate,
    c: (a, b) => `(reg)(carryless(${a}, ${b})${shifted})`,
    inRuntime: true,
  })

export const rows: readonly Row[] = [
  row('clmul', 1, (a, b) => product(a, b), ''),
  row('clmulr', 2, (a, b, x) => product(a, b) >> BigInt(x - 1), ' >> (XLEN - 1)'),
  row('clmulh', 3, (a, b, x) => product(a, b) >> BigInt(x), ' >> XLEN'),
]
