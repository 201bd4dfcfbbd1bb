/** The Zicsr extension: control and status registers, of which guests have counters alone (isa/counters.ts). */
import { FUNCT3_MASK } from '../encoding.ts'
import type { HostRow, Row } from '../row.ts'

const SYSTEM = 0x73

const csr = (name: string, funct3: number, format: 'csr' | 'csri'): HostRow => ({
  kind: 'host',
  format,
  name,
  mask: FUNCT3_MASK,
  match: SYSTEM | (funct3 << 12),
})

/** It is executed where it reads a counter alone, and only then it costs anything. */
const reading = (name: string, funct3: number, format: 'csr' | 'csri'): HostRow => ({
  ...csr(name, funct3, format),
  isListed: true,
})

/** Those that always write always trap, so no machine has to say what they cost; `unimp` is one of them. */
export const rows: readonly Row[] = [
  csr('csrrw', 1, 'csr'),
  reading('csrrs', 2, 'csr'),
  reading('csrrc', 3, 'csr'),
  csr('csrrwi', 5, 'csri'),
  reading('csrrsi', 6, 'csri'),
  reading('csrrci', 7, 'csri'),
]
