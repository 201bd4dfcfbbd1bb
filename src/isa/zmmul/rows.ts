/** The Zmmul extension: M without division. */
import { rows as multiplyRows } from '../m/rows.ts'
import type { Row } from '../row.ts'

export const rows: readonly Row[] = multiplyRows.filter(row => row.kind === 'alu' && row.op.startsWith('mul'))
