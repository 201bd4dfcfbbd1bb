/** The tables of instructions: rows in program order, filled as the instructions are executed. */
import type { Air, AirSet } from '../air/air.ts'
import { fillRow, type RowInputs } from '../air/fill.ts'
import { RvrError } from '../errors.ts'
import { hexText } from '../hex.ts'
import { RowEvaluator } from '../air/evaluate.ts'
import { powerOfTwoFrom, type Matrix } from './matrix.ts'
import type { SegmentMemory } from './memory.ts'
import type { Step } from './steps.ts'

/** Rows that are taken at once when a table is full. */
const LEAST_ROWS = 16

/** A table that grows. */
class GrowingTable {
  readonly #air: Air
  readonly #after: RowEvaluator
  #cells: Uint32Array
  #instret: Float64Array
  #pc: Uint32Array
  #rows = 0
  #capacity = LEAST_ROWS

  constructor(air: Air, executionBus: number) {
    this.#air = air
    this.#cells = new Uint32Array(LEAST_ROWS * air.columns.length)
    this.#instret = new Float64Array(LEAST_ROWS)
    this.#pc = new Uint32Array(LEAST_ROWS)
    const sent = air.interactions.find(({ bus, direction }) => bus === executionBus && direction === 'send')
    if (sent === undefined)
      throw new RvrError('MACHINE_INVALID', `AIR ${air.name} says nothing of the state after a row`)
    this.#after = new RowEvaluator(sent.fields)
  }

  get rows(): number {
    return this.#rows
  }

  push(row: readonly number[], instret: number, pc: number): void {
    const at = this.#rows++
    if (at === this.#capacity) this.#grow()
    this.#cells.set(row, at * row.length)
    this.#instret[at] = instret
    this.#pc[at] = pc
  }

  #grow(): void {
    this.#capacity *= 2
    const grown = <Old extends Uint32Array | Float64Array>(old: Old, next: Old): Old => {
      next.set(old)
      return next
    }
    this.#cells = grown(this.#cells, new Uint32Array(this.#capacity * this.#air.columns.length))
    this.#instret = grown(this.#instret, new Float64Array(this.#capacity))
    this.#pc = grown(this.#pc, new Uint32Array(this.#capacity))
  }

  /** The state that a row leads to, as the row itself says. */
  stateAfter(row: readonly number[]): { readonly pc: number; readonly ts: number } {
    this.#after.at({ cells: row, width: row.length, height: 1, publics: [] }, 0)
    return { pc: this.#after.value(0), ts: this.#after.value(1) }
  }

  matrix(): Matrix {
    const height = powerOfTwoFrom(this.#rows)
    return {
      air: this.#air,
      height,
      rows: this.#rows,
      cells: this.#cells.slice(0, height * this.#air.columns.length),
      origins: { instret: this.#instret.slice(0, this.#rows), pc: this.#pc.slice(0, this.#rows) },
    }
  }
}

const OPERANDS = ['a', 'b', 'c', 'd', 'e', 'f', 'g'] as const

export class InstructionTables {
  readonly #executionBus: number
  readonly #memory: SegmentMemory
  readonly #tables = new Map<Air, GrowingTable>()
  /** By pc: how often it was executed. */
  readonly counts = new Map<number, number>()
  /** Time of the next instruction. */
  ts = 1

  constructor({ buses }: AirSet, memory: SegmentMemory) {
    this.#executionBus = buses.findIndex(({ name }) => name === 'execution')
    this.#memory = memory
  }

  count(pc: number): void {
    this.counts.set(pc, (this.counts.get(pc) ?? 0) + 1)
  }

  /** Fills the rows of an instruction. @throws RvrError `INTERNAL` where they lead elsewhere than the instruction. */
  add({ instr, coded, instret, result, next, hints }: Step): void {
    const { air, entry } = coded
    const { pc } = instr
    let table = this.#tables.get(air)
    if (table === undefined) this.#tables.set(air, (table = new GrowingTable(air, this.#executionBus)))
    const inputs: Record<string, bigint | number> = { pc, ts: this.ts, opcode: entry[0]!, result, next_pc: next }
    for (const [index, name] of OPERANDS.entries()) inputs[name] = entry[index + 1]!
    let after: { readonly pc: number; readonly ts: number } | undefined
    for (let row = 0; row < Math.max(1, hints.length); row++) {
      const filled = fillRow(air, { ...inputs, hint: hints[row] ?? 0n, row } satisfies RowInputs, this.#memory)
      table.push(filled, instret, pc)
      after ??= table.stateAfter(filled)
    }
    if (after!.pc !== next)
      throw new RvrError('INTERNAL', `a row of ${air.name} at ${hexText(pc)} leads to ${hexText(after!.pc)}`, {
        hint: `The interpreter goes on at ${hexText(next)}.`,
      })
    this.ts = after!.ts
    this.count(pc)
  }

  /** Only of AIRs that have rows. */
  matrices(): ReadonlyMap<Air, Matrix> {
    return new Map([...this.#tables].map(([air, table]) => [air, table.matrix()]))
  }
}
