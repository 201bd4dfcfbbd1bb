/** The Zbkx extension: lookups in a register, by bytes and by halves of them. */
import { OP, register } from '../alu-row.ts'
import { joined, partsOf } from '../bits.ts'
import type { Row } from '../row.ts'

/** Parts of `a` at the indexes that are the parts of `b`; 0 where there is none. */
const permute = (bits: 4 | 8, funct3: number): Row =>
  register(`xperm${bits}`, [OP, funct3, 0x14], {
    op: `xperm${bits}`,
    eval: (a, b, x) => {
      const parts = partsOf(a, bits, x)
      return joined(
        partsOf(b, bits, x).map(index => parts[Number(index)] ?? 0n),
        bits,
      )
    },
    c: (a, b) => `permute(${a}, ${b}, ${bits})`,
    inRuntime: true,
  })

export const rows: readonly Row[] = [permute(4, 2), permute(8, 4)]
