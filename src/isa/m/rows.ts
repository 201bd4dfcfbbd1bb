/** The M extension. Division by zero and overflow: docs/guest-abi.md, "Instructions". */
import { FUNCT7_MASK, rType } from '../encoding.ts'
import { sext32, signed, zext32 } from '../integer.ts'
import type { AluOp, AluRow, Row } from '../row.ts'

const OP = 0x33
const OP_32 = 0x3b

const row = (
  name: AluOp,
  [opcode, funct3]: readonly [number, number],
  evaluate: AluRow['eval'],
  c: AluRow['c'],
): AluRow => ({
  kind: 'alu',
  op: name,
  source: 'register',
  format: 'R',
  name,
  mask: FUNCT7_MASK,
  match: rType(opcode, funct3, 1),
  only: opcode === OP_32 ? 64 : undefined,
  eval: evaluate,
  c,
})
const divide = (a: bigint, b: bigint): bigint => (b === 0n ? -1n : a / b)
const remainder = (a: bigint, b: bigint): bigint => (b === 0n ? a : a % b)

export const rows: readonly Row[] = [
  row(
    'mul',
    [OP, 0],
    (a, b) => a * b,
    (a, b) => `${a} * ${b}`,
  ),
  row(
    'mulh',
    [OP, 1],
    (a, b, x) => (signed(a, x) * signed(b, x)) >> BigInt(x),
    (a, b) => `mulh(${a}, ${b})`,
  ),
  row(
    'mulhsu',
    [OP, 2],
    (a, b, x) => (signed(a, x) * b) >> BigInt(x),
    (a, b) => `mulhsu(${a}, ${b})`,
  ),
  row(
    'mulhu',
    [OP, 3],
    (a, b, x) => (a * b) >> BigInt(x),
    (a, b) => `mulhu(${a}, ${b})`,
  ),
  row(
    'div',
    [OP, 4],
    (a, b, x) => divide(signed(a, x), signed(b, x)),
    (a, b) => `div_signed(${a}, ${b})`,
  ),
  row(
    'divu',
    [OP, 5],
    (a, b) => divide(a, b),
    (a, b) => `div_unsigned(${a}, ${b})`,
  ),
  row(
    'rem',
    [OP, 6],
    (a, b, x) => remainder(signed(a, x), signed(b, x)),
    (a, b) => `rem_signed(${a}, ${b})`,
  ),
  row(
    'remu',
    [OP, 7],
    (a, b) => remainder(a, b),
    (a, b) => `rem_unsigned(${a}, ${b})`,
  ),
  row(
    'mulw',
    [OP_32, 0],
    (a, b) => sext32(a * b),
    (a, b) => `sext32((uint32_t)${a} * (uint32_t)${b})`,
  ),
  row(
    'divw',
    [OP_32, 4],
    (a, b) => sext32(divide(sext32(a), sext32(b))),
    (a, b) => `sext32(div_signed32((uint32_t)${a}, (uint32_t)${b}))`,
  ),
  row(
    'divuw',
    [OP_32, 5],
    (a, b) => sext32(divide(zext32(a), zext32(b))),
    (a, b) => `sext32(div_unsigned32((uint32_t)${a}, (uint32_t)${b}))`,
  ),
  row(
    'remw',
    [OP_32, 6],
    (a, b) => remainder(sext32(a), sext32(b)),
    (a, b) => `sext32(rem_signed32((uint32_t)${a}, (uint32_t)${b}))`,
  ),
  row(
    'remuw',
    [OP_32, 7],
    (a, b) => sext32(remainder(zext32(a), zext32(b))),
    (a, b) => `sext32(rem_unsigned32((uint32_t)${a}, (uint32_t)${b}))`,
  ),
]
