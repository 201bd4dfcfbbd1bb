/** Instruction rows of the `openvm` ABI: custom-0, funct3 0 … 3 (docs/guest-abi.md, "ABI openvm: instructions"). */
import { FUNCT3_MASK } from '../../isa/encoding.ts'
import type { HostRow, NopRow, Row } from '../../isa/row.ts'

const CUSTOM_0 = 0x0b
const SELECTOR_MASK = 0xfff0707f | 0

const host = (name: string, funct3: number): HostRow => ({
  kind: 'host',
  format: 'I',
  name,
  mask: FUNCT3_MASK,
  match: CUSTOM_0 | (funct3 << 12),
})
/** A row whose immediate selects it. Other selectors are unknown words. */
const selected = (name: string, funct3: number, selector: number): HostRow => ({
  kind: 'host',
  format: 'I',
  name,
  mask: SELECTOR_MASK,
  match: CUSTOM_0 | (funct3 << 12) | (selector << 20) | 0,
})

/**
 * `csrrw x0, csr, x0`: the only CSR instruction that guests may execute. rd and rs1 are fixed, the CSR number is free.
 */
const csrNop: NopRow = { kind: 'nop', format: 'csr', name: 'csrrw', mask: 0x000fffff, match: 0x1073 }

export const rows = [
  { ...host('terminate', 0), ends: true },
  selected('hint_store', 1, 0),
  selected('hint_buffer', 1, 1),
  host('reveal', 2),
  selected('hint_input', 3, 0),
  selected('print_str', 3, 1),
  selected('hint_random', 3, 2),
  csrNop,
] as const satisfies readonly Row[]
