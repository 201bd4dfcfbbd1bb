/** What was executed, by address and step. */
import { Column } from './column.ts'
import type { ContextRows } from './context-rows.ts'
import { cellsIn, type ExecutedCode } from './executed-code.ts'
import type { CodeSources } from './frames.ts'
import { groupedBy, type Grouped } from './grouped.ts'
import type { ProfileInstructions } from './guest-profile.ts'

/** By executed instruction, of all contexts; rows as `Visit` has them. */
export interface InstructionTotals {
  readonly times: Float64Array
  readonly rows: Float64Array
  readonly blockRows: Float64Array
}

/** By step: instructions by their index. */
interface StepCounts {
  readonly step: Column<Uint32Array>
  readonly index: Column<Uint32Array>
  readonly times: Column<Float64Array>
  readonly cells: Column<Float64Array>
  readonly totals: InstructionTotals
}

/** @param contexts by step */
export function instructionsOf(
  code: ExecutedCode,
  { frames, frame, file, line, frameOf, counted }: CodeSources,
  contextRows: ContextRows,
  contexts: Grouped,
): { instructions: ProfileInstructions; totals: InstructionTotals } {
  const { step, index, times, cells, totals } = stepCounts(code, contextRows, contexts)
  const indexes = index.take()
  const { rows } = groupedBy(indexes, code.pcs.length)
  const ofIndex =
    (value: (index: number) => number) =>
    (row: number): number =>
      value(indexes[row]!)
  const [steps, executions, spent] = [step.take(), times.take(), cells.take()]
  const instructions = {
    pc: rows.map(ofIndex(at => code.pcs[at]!)),
    step: rows.map(row => steps[row]!),
    innermost: rows.map(ofIndex(at => frames.function[frame[at]!]!)),
    function: rows.map(ofIndex(at => frames.function[frameOf[counted[at]!]!]!)),
    file: Int32Array.from(
      rows,
      ofIndex(at => file[at]!),
    ),
    line: rows.map(ofIndex(at => line[at]!)),
    times: Float64Array.from(rows, row => executions[row]!),
    cells: Float64Array.from(rows, row => spent[row]!),
  }
  return { instructions, totals }
}

/** The totals alone. */
export const instructionTotals = (code: ExecutedCode, contextRows: ContextRows, contexts: number): InstructionTotals =>
  stepCounts(code, contextRows, groupedBy(new Uint8Array(contexts), 1)).totals

function stepCounts(code: ExecutedCode, contextRows: ContextRows, { first, rows }: Grouped): StepCounts {
  const column = (): Float64Array => new Float64Array(code.pcs.length)
  const totals = { times: column(), rows: column(), blockRows: column() }
  const counts: StepCounts = {
    step: new Column(new Uint32Array()),
    index: new Column(new Uint32Array()),
    times: new Column(new Float64Array()),
    cells: new Column(new Float64Array()),
    totals,
  }
  const [times, cells] = [column(), column()]
  for (let step = 0; step + 1 < first.length; step++) {
    const touched: number[] = []
    for (let at = first[step]!; at < first[step + 1]!; at++)
      contextRows.visit(rows[at]!, (index, count, ownRows, blockRows) => {
        if (times[index] === 0) touched.push(index)
        times[index]! += count
        cells[index]! += cellsIn(code, index, ownRows, blockRows)
        totals.rows[index]! += ownRows
        totals.blockRows[index]! += blockRows
      })
    for (const index of touched) {
      counts.step.push(step)
      counts.index.push(index)
      counts.times.push(times[index]!)
      counts.cells.push(cells[index]!)
      totals.times[index]! += times[index]!
      times[index] = 0
      cells[index] = 0
    }
  }
  return counts
}
