/** What a run spent by operation, by chip and by function symbol. */
import type { Image } from '../elf/image.ts'
import { rowsOf } from '../machine/chips.ts'
import type { Machine } from '../machine/machine.ts'
import { cellsIn, type ExecutedCode } from './executed-code.ts'
import type { ProfileShare } from './guest-profile.ts'
import type { InstructionTotals } from './instructions.ts'

/** Where no function symbol lies at or below an address of its segment. */
const NO_SYMBOL = '(no symbol)'
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
    return [...this.#byName.values()].toSorted(dearestFirst)
  }
}

export const dearestFirst = (a: ProfileShare, b: ProfileShare): number =>
  b.cells - a.cells || b.count - a.count || (a.name < b.name ? -1 : 1)

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

/**
 * By function symbol: the nearest one at or below an instruction in its segment.
 *
 * @param image of the guest
 */
export function symbolsOf(code: ExecutedCode, totals: InstructionTotals, image: Image): ProfileShare[] {
  const shares = new Shares()
  const nameOf = symbolNames(image)
  for (const [index, pc] of code.pcs.entries()) {
    const cells = cellsIn(code, index, totals.rows[index]!, totals.blockRows[index]!)
    shares.add(nameOf(pc), totals.times[index]!, cells)
  }
  return shares.list
}

/** The symbol that an address belongs to; addresses have to be asked for in order. */
function symbolNames({ symbols, segments }: Image): (pc: number) => string {
  const functions = symbols.filter(({ kind }) => kind === 'function')
  let next = 0
  let name = NO_SYMBOL
  let at = 0
  return pc => {
    for (; next < functions.length && functions[next]!.address <= pc; next++) {
      const { address } = functions[next]!
      // Of several names for one address the first is the largest function's.
      if (name === NO_SYMBOL || address !== at) name = functions[next]!.name
      at = address
    }
    const segment = segments.find(({ address, memorySize }) => pc >= address && pc < address + memorySize)
    return name !== NO_SYMBOL && segment !== undefined && at >= segment.address ? name : NO_SYMBOL
  }
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
