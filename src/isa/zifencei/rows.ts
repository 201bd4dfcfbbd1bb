/** The Zifencei extension: a guest executes what its file says (docs/guest-abi.md), so there is nothing to do. */
import { FUNCT3_MASK } from '../encoding.ts'
import type { Row } from '../row.ts'

export const rows: readonly Row[] = [
  { kind: 'nop', format: 'fence', name: 'fence.i', mask: FUNCT3_MASK, match: 0x100f },
]
