/** What a run spent by operation and by chip. */
import { rowsOf } from '../machine/chips.ts'
import type { Machine } from '../machine/machine.ts'
import type { ExecutedCode } from './executed-code.ts'
import type { ProfileShare } from './guest-profile.ts'
import type { InstructionTotals } from './instructions.ts'

const UNKNOWN_WORD = '(unknown word)'

class Shares {
  readonly #byName = new Map<string, { name: string; count: number; cells: number }>()

  add(name: string, count: number, cells: number): void {
    let share = this.#byName.get(name)
    if (share === undefined) this.#byName.set(name, (share = { name, count: 0, cells: 0 }))
    share.count += count
    share.cells += cells
  }

  /** The dearest first. */
  get list(): ProfileShare[] {
    return [...this.#byName.values()].toSorted(
      (a, b) => b.cells - a.cells || b.count - a.count || (a.name < b.name ? -1 : 1),
    )
  }
}

/** By operation; rows of autoprecompiles have the names of their chips, and no executions of their own. */
export function opcodesOf(code: ExecutedCode, totals: InstructionTotals, { chips }: Machine): ProfileShare[] {
  const shares = new Shares()
  const { instrs, cells, blocks } = code
  for (const [index, instr] of instrs.entries()) {
    shares.add(instr?.row.name ?? UNKNOWN_WORD, totals.times[index]!, totals.rows[index]! * cells[index]!)
    if (totals.blockRows[index]! > 0)
      shares.add(chips[blocks!.chip[index]!]!.name, 0, totals.blockRows[index]! * blocks!.cells[index]!)
  }
  return shares.list
}

/** By chip, with the rows that it has. */
export function chipsOf(code: ExecutedCode, totals: InstructionTotals, machine: Machine): ProfileShare[] {
  const shares = new Shares()
  const add = (chip: number, rows: number): void => {
    const { name, width } = machine.chips[chip]!
    if (rows > 0) shares.add(name, rows, rows * width)
  }
  for (const [index, instr] of code.instrs.entries()) {
    const rows = totals.rows[index]!
    for (const each of instr === undefined ? [] : rowsOf(machine, instr)) add(each.chip, each.rows * rows)
    if (totals.blockRows[index]! > 0) add(code.blocks!.chip[index]!, totals.blockRows[index]!)
  }
  return shares.list
}
