/** What the row of an autoprecompile counts, and which rows of its instructions it stands for. */
import { INSTRUCTION_BYTES } from '../air/system.ts'
import type { Instr } from '../isa/row.ts'
import { endOf, type Autoprecompile } from './autoprecompiles.ts'
import { rowsOf, type ChipRows } from './chips.ts'
import type { Machine } from './machine.ts'

/** Counted behind the last instruction of an execution that began at the block's start and was one of all of it. */
export interface BlockRow {
  /** Address of its first instruction, and of its last one. */
  readonly start: number
  readonly last: number
  /** How many they are. */
  readonly length: number
  /** Index in `machine.chips`. */
  readonly chip: number
  /** Rows of its instructions by chip. */
  readonly replaced: readonly ChipRows[]
  /** Trace cells of its row less those of the rows that it stands for; negative where that saves some. */
  readonly cells: number
}

/** By the address of each instruction. */
export type BlockRows = ReadonlyMap<number, BlockRow>

const known = new WeakMap<Machine, BlockRows>()

function blockRow(machine: Machine, of: Autoprecompile, instrAt: (pc: number) => Instr | undefined): BlockRow {
  const { start, instructions } = of
  const chip = machine.chips.findIndex(({ name }) => name === of.chip)
  const last = endOf(of) - INSTRUCTION_BYTES
  const rows = new Map<number, number>()
  for (let pc = start; pc <= last; pc += INSTRUCTION_BYTES) {
    const instr = instrAt(pc)
    for (const each of instr === undefined ? [] : rowsOf(machine, instr))
      rows.set(each.chip, (rows.get(each.chip) ?? 0) + each.rows)
  }
  const replaced = [...rows].map(([each, count]) => ({ chip: each, rows: count }))
  const cells = replaced.reduce((sum, each) => sum + machine.chips[each.chip]!.width * each.rows, 0)
  return { start, last, length: instructions.length, chip, replaced, cells: machine.chips[chip]!.width - cells }
}

/**
 * Those of a machine's autoprecompiles; undefined where it has none.
 *
 * @param instrAt decodes instructions of the guest that the machine is for
 */
export function blockRowsOf(machine: Machine, instrAt: (pc: number) => Instr | undefined): BlockRows | undefined {
  if (machine.autoprecompiles === undefined) return undefined
  let found = known.get(machine)
  if (found === undefined) {
    const rows = new Map<number, BlockRow>()
    for (const each of machine.autoprecompiles.list) {
      const row = blockRow(machine, each, instrAt)
      for (let pc = row.start; pc <= row.last; pc += INSTRUCTION_BYTES) rows.set(pc, row)
    }
    known.set(machine, (found = rows))
  }
  return found
}

/** Those whose last instruction is among these. */
export const endingIn = (instrs: readonly Instr[], rows: BlockRows | undefined): readonly BlockRow[] =>
  rows === undefined ? [] : instrs.flatMap(({ pc }) => (rows.get(pc)?.last === pc ? [rows.get(pc)!] : []))

const lengths = new WeakMap<Machine, readonly number[]>()

/** By chip, how many plain instructions add a row to it at least. */
export function instructionsPerRow(machine: Machine): readonly number[] {
  let found = lengths.get(machine)
  if (found === undefined) {
    const { autoprecompiles, chips } = machine
    const byName = new Map(autoprecompiles?.list.map(({ chip, instructions }) => [chip, instructions.length]))
    lengths.set(machine, (found = chips.map(({ name }) => byName.get(name) ?? 1)))
  }
  return found
}

/** How far a guest is through a block that it has entered at its start. */
export class BlockProgress {
  /** Has it come to where it is from the start of the block around it? */
  isInside: boolean
  readonly #rows: BlockRows

  constructor(rows: BlockRows, isInside: boolean) {
    this.#rows = rows
    this.isInside = isInside
  }

  /** An instruction has been executed. The block that ends with it, where all of the block has been. */
  retired(pc: number): BlockRow | undefined {
    const row = this.#rows.get(pc)
    if (row === undefined || (pc !== row.start && !this.isInside)) {
      this.isInside = false
      return undefined
    }
    this.isInside = pc !== row.last
    return this.isInside ? undefined : row
  }

  /**
   * Native code, which begins at starts of basic blocks alone, has handed back. `isAstray`: from a jump to a place that
   * is no entry.
   */
  handedBack(pc: number, isAstray: boolean): void {
    const row = this.#rows.get(pc)
    this.isInside = !isAstray && row !== undefined && pc !== row.start
  }
}
