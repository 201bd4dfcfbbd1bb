/** The tables of instructions: rows in program order, filled as the instructions are executed. */
import type { Air, AirSet } from '../air/air.ts'
import { fillRow, type RowInputs } from '../air/fill.ts'
import { RvrError } from '../errors.ts'
import { hexText } from '../hex.ts'
import { BlockFollower, type FilledInstruction } from './blocks.ts'
import { RowEvaluator } from '../air/evaluate.ts'
import { powerOfTwoFrom, type Matrix } from './matrix.ts'
import type { SegmentMemory } from './memory.ts'
import type { Step } from './steps.ts'

/** Rows that are taken at once when a table is full. */
const LEAST_ROWS = 16

/** A table that grows. */
class GrowingTable {
  readonly #air: Air
  #cells: Uint32Array
  #instret: Float64Array
  #pc: Uint32Array
  #rows = 0
  #capacity = LEAST_ROWS

  constructor(air: Air) {
    this.#air = air
    this.#cells = new Uint32Array(LEAST_ROWS * air.columns.length)
    this.#instret = new Float64Array(LEAST_ROWS)
    this.#pc = new Uint32Array(LEAST_ROWS)
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

/** An instruction whose rows have been filled. */
interface FilledStep extends FilledInstruction {
  readonly air: Air
  /** Instructions retired before it. */
  readonly instret: number
}

export class InstructionTables {
  readonly #executionBus: number
  readonly #memory: SegmentMemory
  readonly #tables = new Map<Air, GrowingTable>()
  readonly #blocks: BlockFollower<FilledStep>
  /** By pc: how often it was executed, as far as it has rows of its own. */
  readonly counts = new Map<number, number>()
  /** Time of the next instruction. */
  ts = 1

  constructor(set: AirSet, memory: SegmentMemory) {
    this.#executionBus = set.buses.findIndex(({ name }) => name === 'execution')
    this.#memory = memory
    this.#blocks = new BlockFollower(set)
  }

  count(pc: number): void {
    this.counts.set(pc, (this.counts.get(pc) ?? 0) + 1)
  }

  /**
   * Fills the rows of an instruction, or, behind the last one of a block that has a row of its own, that of the block.
   *
   * @throws RvrError `INTERNAL` where rows lead elsewhere than the instruction
   */
  add(step: Step): void {
    const taken = this.#blocks.take(this.#filled(step))
    if ('row' in taken) this.#tableOf(taken.air).push(taken.row, taken.first.instret, taken.first.pc)
    else for (const each of taken) this.#push(each)
  }

  /** Behind the last instruction of the segment. */
  end(): void {
    for (const each of this.#blocks.end()) this.#push(each)
  }

  #push({ air, rows, instret, pc }: FilledStep): void {
    const table = this.#tableOf(air)
    for (const row of rows) table.push(row, instret, pc)
    this.count(pc)
  }

  #tableOf(air: Air): GrowingTable {
    let table = this.#tables.get(air)
    if (table === undefined) this.#tables.set(air, (table = new GrowingTable(air)))
    return table
  }

  #filled({ instr, coded, instret, result, next, hints }: Step): FilledStep {
    const { air, entry } = coded
    const { pc } = instr
    const inputs: Record<string, bigint | number> = { pc, ts: this.ts, opcode: entry[0]!, result, next_pc: next }
    for (const [index, name] of OPERANDS.entries()) inputs[name] = entry[index + 1]!
    const rows: number[][] = []
    for (let row = 0; row < Math.max(1, hints.length); row++)
      rows.push(fillRow(air, { ...inputs, hint: hints[row] ?? 0n, row } satisfies RowInputs, this.#memory))
    const after = stateAfter(air, this.#executionBus, rows[0]!)
    if (after.pc !== next)
      throw new RvrError('INTERNAL', `a row of ${air.name} at ${hexText(pc)} leads to ${hexText(after.pc)}`, {
        hint: `The interpreter goes on at ${hexText(next)}.`,
      })
    this.ts = after.ts
    return { pc, rows, air, instret }
  }

  /** Only of AIRs that have rows. */
  matrices(): ReadonlyMap<Air, Matrix> {
    return new Map([...this.#tables].map(([air, table]) => [air, table.matrix()]))
  }
}

const evaluators = new WeakMap<Air, RowEvaluator>()

function evaluatorOf(air: Air, executionBus: number): RowEvaluator {
  let known = evaluators.get(air)
  if (known !== undefined) return known
  const sent = air.interactions.find(({ bus, direction }) => bus === executionBus && direction === 'send')
  if (sent === undefined) throw new RvrError('MACHINE_INVALID', `AIR ${air.name} says nothing of the state after a row`)
  evaluators.set(air, (known = new RowEvaluator(sent.fields)))
  return known
}

/** The state that a row leads to, as the row itself says. */
function stateAfter(air: Air, executionBus: number, row: readonly number[]) {
  const evaluator = evaluatorOf(air, executionBus)
  evaluator.at({ cells: row, width: row.length, height: 1, publics: [] }, 0)
  return { pc: evaluator.value(0), ts: evaluator.value(1) }
}
