/** Blocks that are proved in one row: rows of their instructions wait until the whole block has been executed. */
import type { Air, AirSet, BlockRows } from '../air/air.ts'
import { inverse, multiply } from '../air/field.ts'
import { RvrError } from '../errors.ts'
import { hexText } from '../hex.ts'
import type { ProgramEntry } from './system/program.ts'
import { INSTRUCTION_BYTES } from '../air/system.ts'
import { RowEvaluator } from '../air/evaluate.ts'

/** An executed instruction, and its rows. */
export interface FilledInstruction {
  readonly pc: number
  readonly rows: readonly (readonly number[])[]
}

/** A block of which some instructions have been executed, one after another from the first one on. */
interface Open<Filled> {
  readonly chip: ChipFiller
  readonly executed: Filled[]
}

export interface WholeBlock<Filled> {
  readonly air: Air
  readonly row: readonly number[]
  readonly first: Filled
}

/** Tells instructions that are part of a whole block from others. */
export class BlockFollower<Filled extends FilledInstruction> {
  readonly #chips = new Map<number, ChipFiller>()
  #open: Open<Filled> | undefined

  constructor({ airs }: AirSet) {
    for (const air of airs)
      if (air.block !== undefined) this.#chips.set(air.block.start, new ChipFiller(air, air.block))
  }

  /** Takes the next instruction. Nothing comes of it while its block may become whole. */
  take(filled: Filled): WholeBlock<Filled> | readonly Filled[] {
    const { pc } = filled
    const chip = this.#open === undefined ? this.#chips.get(pc) : undefined
    if (chip !== undefined) this.#open = { chip, executed: [] }
    if (this.#open === undefined) return [filled]
    const { chip: own, executed } = this.#open
    if (executed.push(filled) < own.length) return []
    this.#open = undefined
    return { air: own.air, row: own.row(executed), first: executed[0]! }
  }

  /** Instructions of a block that does not become whole. */
  end(): readonly Filled[] {
    const left = this.#open?.executed ?? []
    this.#open = undefined
    return left
  }
}

/** Makes the rows of one AIR. */
class ChipFiller {
  readonly air: Air
  readonly #block: BlockRows
  /** Numerator and denominator of each derived column. */
  readonly #derived: readonly RowEvaluator[]

  constructor(air: Air, block: BlockRows) {
    this.air = air
    this.#block = block
    this.#derived = block.derived.map(({ numerator, denominator }) => new RowEvaluator([numerator, denominator]))
  }

  get length(): number {
    return this.#block.instructions.length
  }

  row(executed: readonly FilledInstruction[]): readonly number[] {
    const { cells, derived } = this.#block
    const row = cells.map(cell => (cell === undefined ? 0 : executed[cell.instruction]!.rows[0]![cell.column]!))
    for (const [index, { column }] of derived.entries()) {
      const quotient = this.#derived[index]!
      quotient.at({ cells: row, width: row.length, height: 1, publics: [] }, 0)
      row[column] = multiply(quotient.value(0), inverse(quotient.value(1)))
    }
    return row
  }
}

/**
 * Blocks of a machine are those of the guest that it was made for.
 *
 * @throws RvrError `USAGE` where the guest has something else there
 */
export function expectBlocks({ airs }: AirSet, entries: readonly ProgramEntry[]): void {
  const byPc = new Map(entries.map(({ pc, entry }) => [pc, entry]))
  for (const { name, block } of airs) {
    for (const [index, instruction] of block?.instructions.entries() ?? []) {
      const pc = block!.start + INSTRUCTION_BYTES * index
      const entry = byPc.get(pc)
      if (entry !== undefined && instruction.every((field, at) => field === entry[at])) continue
      throw new RvrError('USAGE', `the guest has another instruction at ${hexText(pc)} than the block ${name}`, {
        hint: 'The machine has been specialised for another guest: set it up for this one.',
        details: { chip: name, pc },
      })
    }
  }
}
