/** Instruction rows of the `linux` ABI. */
import type { Row } from '../../isa/row.ts'
import { csrNop } from '../csr-nop.ts'

export const rows: readonly Row[] = [
  { kind: 'host', format: 'none', name: 'ecall', mask: -1, match: 0x0000_0073 },
  { kind: 'host', format: 'none', name: 'ebreak', mask: -1, match: 0x0010_0073 },
  csrNop,
]
