/** The Zawrs extension: waits for another hart, of which there is none; they may always end at once. */
import type { Row } from '../row.ts'

export const rows: readonly Row[] = [
  { kind: 'nop', format: 'none', name: 'wrs.nto', mask: -1, match: 0x00d0_0073 },
  { kind: 'nop', format: 'none', name: 'wrs.sto', mask: -1, match: 0x01d0_0073 },
]
