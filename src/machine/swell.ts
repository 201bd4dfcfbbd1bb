/** Which instructions *swell*: add more than one row to a chip, or touch more than two leaves of memory. */
import type { Row } from '../isa/row.ts'
import type { Machine } from './machine.ts'

/*
 * Nothing bounds how many of them an interval between checks has but its length, and what it could hold at worst fits
 * into no segment. So they are counted while the guest runs.
 */

/** Rows of a host instruction that count as one. */
const HOST_UNIT = 64

/** What one execution counts that adds so many rows to its own chip: a call one, whatever it adds to other chips. */
export function swellOf(row: Row, rows: number): number {
  if (row.kind === 'call') return row.extraRows === undefined ? 0 : 1
  return rows > 1 ? Math.ceil(rows / HOST_UNIT) : 0
}

/** What of a guest's instructions can swell. */
export interface Swelling {
  /** Rows that a chip gets at most for each count, beyond one for each instruction; by chip. */
  readonly units: ReadonlyMap<number, number>
  /** May anything swell? */
  readonly isPossible: boolean
}

/**
 * Of all instructions that a guest may use; `effects` names the host instructions that have rows and memory of their
 * own.
 */
export function swellingOf(machine: Machine, rows: readonly Row[], effects: ReadonlySet<string>): Swelling {
  const units = new Map<number, number>()
  const raise = (operation: string, count: number): void => {
    const chip = machine.chipIndex.get(operation)
    if (chip !== undefined) units.set(chip, Math.max(count, units.get(chip) ?? 0))
  }
  let isPossible = false
  for (const row of rows) {
    if (row.kind === 'call') {
      // Operands may lie in any number of leaves.
      isPossible = true
      for (const [operation, count] of Object.entries(row.extraRows ?? {})) raise(operation, count)
    } else if (row.kind === 'host' && effects.has(row.name)) {
      isPossible = true
      raise(machine.chipIndex.has(row.name) ? row.name : 'nop', HOST_UNIT)
    }
  }
  return { units, isPossible }
}
