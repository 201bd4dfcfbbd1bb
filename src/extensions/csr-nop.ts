/** `csrrw x0, csr, x0`: the only CSR instruction that guests may execute, a no-op (guest-abi.md, "ELF acceptance"). */
import type { Row } from '../isa/row.ts'

/** The mask fixes rd = 0 and rs1 = 0; the CSR number is free. */
export const csrNop: Row = { kind: 'nop', format: 'csr', name: 'csrrw', mask: 0x000fffff, match: 0x1073 }
