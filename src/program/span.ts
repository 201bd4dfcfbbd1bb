/** Spans of straight-line code: from a place that control may come to as far as the next, or as their end. */
import type { Row } from '../isa/row.ts'

/** Is the instruction the last of its span? A word that is no instruction is, too. */
export function endsSpan(row: Row | undefined): boolean {
  switch (row?.kind) {
    case undefined:
    case 'branch':
    case 'jal':
    case 'jalr':
      return true
    case 'call':
      return row.result === 'branch'
    case 'host':
      return row.ends === true
    default:
      return false
  }
}
