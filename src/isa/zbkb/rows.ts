/** The Zbkb extension: bit manipulation for ciphers, most of which Zbb has too. */
import { OP, OP_32, OP_IMM, register, unary } from '../alu-row.ts'
import { joined, partsOf } from '../bits.ts'
import { sext32 } from '../integer.ts'
import type { Row } from '../row.ts'
import { shared } from '../zbb/rows.ts'

const half = (value: bigint, bits: number): bigint => BigInt.asUintN(bits, value)

export const rows: readonly Row[] = [
  ...shared,
  register('pack', [OP, 4, 0x04], {
    op: 'pack',
    eval: (a, b, x) => half(a, x / 2) | (half(b, x / 2) << BigInt(x / 2)),
    c: (a, b, x) => `(reg)(uint${x / 2}_t)${a} | ${b} << ${x / 2}`,
  }),
  register('packh', [OP, 7, 0x04], {
    op: 'packh',
    eval: (a, b) => half(a, 8) | (half(b, 8) << 8n),
    c: (a, b) => `(${a} & 0xff) | (${b} & 0xff) << 8`,
  }),
  register('packw', [OP_32, 4, 0x04], {
    op: 'packw',
    eval: (a, b) => sext32(half(a, 16) | (b << 16n)),
    c: (a, b) => `sext32((uint32_t)(uint16_t)${a} | (uint32_t)${b} << 16)`,
  }),
  unary('brev8', [OP_IMM, 5, 0x687], {
    op: 'brev8',
    eval: (a, _b, x) =>
      joined(
        partsOf(a, 8, x).map(byte => joined(partsOf(byte, 1, 8).toReversed(), 1)),
        8,
      ),
    c: a => `reverse_in_bytes(${a})`,
    inRuntime: true,
  }),
  unary(
    'zip',
    [OP_IMM, 1, 0x08f],
    {
      op: 'zip',
      eval: a => {
        const bits = partsOf(a, 1, 32)
        return joined(
          bits.map((_, index) => bits[(index >> 1) + (index & 1) * 16]!),
          1,
        )
      },
      c: a => `interleave(${a})`,
      inRuntime: true,
    },
    32,
  ),
  unary(
    'unzip',
    [OP_IMM, 5, 0x08f],
    {
      op: 'unzip',
      eval: a => {
        const bits = partsOf(a, 1, 32)
        return joined(
          bits.map((_, index) => bits[((index & 15) << 1) + (index >> 4)]!),
          1,
        )
      },
      c: a => `deinterleave(${a})`,
      inRuntime: true,
    },
    32,
  ),
]
