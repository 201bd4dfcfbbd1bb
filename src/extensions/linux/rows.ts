/** Instruction rows of the `linux` ABI. No CSR instruction is among them: `unimp` is one (csrrw x0, cycle, x0). */
import type { Row } from '../../isa/row.ts'

export const rows: readonly Row[] = [
  { kind: 'host', format: 'none', name: 'ecall', mask: -1, match: 0x0000_0073 },
  { kind: 'host', format: 'none', name: 'ebreak', mask: -1, match: 0x0010_0073 },
]
