/** The registers of a hart, for JSON and as text. */
import { hexText } from '../../hex.ts'
import { registerNames } from '../../isa/registers.ts'
import { line } from '../form/table.ts'

/** x0 … x31 by their names. */
export const registersJson = (registers: readonly bigint[]): Record<string, string> =>
  Object.fromEntries(registers.map((value, index) => [registerNames[index]!, hexText(value)]))

/** x0 … x31 in rows of four. */
export function registersText(registers: readonly bigint[]): string {
  const cells = registers.map((value, index) => `${registerNames[index]!.padStart(4)} ${hexText(value).padEnd(18)}`)
  const rows: string[] = []
  for (let first = 0; first < cells.length; first += 4) {
    const row = cells.slice(first, first + 4).join(' ')
    rows.push(line(first === 0 ? 'registers' : '', row.trimEnd()))
  }
  return rows.join('')
}
