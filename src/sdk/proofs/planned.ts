/** What is known of a segment's tables before they are filled: their heights, and what proving them takes. */
import { isReplayed, type Air } from '../../air/air.ts'
import { RvrError } from '../../errors.ts'
import type { ProverContext } from '../../load/proving/context.ts'
import { paddedHeight } from '../../machine/limits.ts'
import type { Machine } from '../../machine/machine.ts'
import type { MachineSystem } from '../../proofs/machine-system.ts'

const CELL_BYTES = 4

/** Of the tables of memory metering knows bounds alone: `least` has one row of each, `most` as many as these allow. */
export type Guess = 'least' | 'most'

export class PlannedProofs {
  readonly #machine: Machine
  readonly #system: MachineSystem
  readonly #context: ProverContext
  readonly #threads: number

  constructor(machine: Machine, system: MachineSystem, context: ProverContext, threads: number) {
    this.#machine = machine
    this.#system = system
    this.#context = context
    this.#threads = threads
  }

  /** Rows by chip of a segment in which nothing happens. */
  emptyHeights(like: readonly number[]): readonly number[] {
    return this.#machine.chips.map(({ constantHeight }, chip) => (constantHeight === undefined ? 0 : like[chip]!))
  }

  /**
   * Bytes of tables, prover and proof, fixed trees aside.
   *
   * @param heights rows by chip, as mode metered has them
   * @throws RvrError `UNPROVABLE`: the key does not allow such heights
   */
  async bytes(heights: readonly number[], guess: Guess): Promise<number> {
    const { set } = this.#system
    const tables = this.#tables(heights, guess)
    const cells = tables.reduce((sum, { air, logHeight }) => sum + set.airs[air]!.columns.length * 2 ** logHeight, 0)
    const { bytes, proofBytes } = await this.#context.needs(tables, this.#threads)
    return bytes + proofBytes + CELL_BYTES * cells
  }

  /** The same, Infinity where the key does not allow it. */
  async bytesIfAllowed(heights: readonly number[], guess: Guess): Promise<number> {
    try {
      return await this.bytes(heights, guess)
    } catch (error) {
      if (error instanceof RvrError && error.code === 'UNPROVABLE') return Infinity
      throw error
    }
  }

  #tables(heights: readonly number[], guess: Guess) {
    const { set, flat, columns } = this.#system
    const rowsOf = (air: Air): number =>
      typeof air.height === 'number'
        ? air.height
        : (heights[this.#machine.chips.findIndex(each => each.name === air.name)] ?? 0)
    const isKnown = (air: Air): boolean => guess === 'most' || isReplayed(air) || air.height !== undefined
    return set.airs.flatMap((air, index) => {
      const rows = isKnown(air) ? paddedHeight(rowsOf(air)) : 1
      if (rows === 0 && !flat.airs[index]!.isRequired) return []
      return [{ air: index, logHeight: Math.log2(Math.max(1, rows)), derived: columns[index]!.derived }]
    })
  }
}
