/** The answer of `rvr apc prove --mock`: segments, what their check has found, and cells beside predicted ones. */
import type { Machine } from '../../machine/machine.ts'
import type { TracedChip } from '../../sdk/traced.ts'
import type { Answer } from '../answer.ts'
import { line } from '../form/table.ts'
import { grouped } from '../form/units.ts'
import { traceJson, type TraceReport } from '../trace/json.ts'
import { traceText } from '../trace/text.ts'

/** Cells of rows without padding: of blocks and of single instructions, whose rows are predicted exactly. */
interface Cells {
  readonly blocks: number
  readonly instructions: number
  readonly predicted: number
}

function cellsOf({ chips, autoprecompiles }: Machine, { segments }: TraceReport): Cells {
  const exact = new Set(chips.flatMap(({ name, operations }) => (operations === undefined ? [] : [name])))
  const blocks = new Set(autoprecompiles?.list.map(({ chip }) => chip))
  const traced = segments.flatMap(segment => segment.chips.filter(({ name }) => exact.has(name)))
  const sum = (all: readonly TracedChip[], rowsOf: (chip: TracedChip) => number): number =>
    all.reduce((cells, chip) => cells + rowsOf(chip) * chip.width, 0)
  return {
    blocks: sum(
      traced.filter(({ name }) => blocks.has(name)),
      ({ rows }) => rows,
    ),
    instructions: sum(
      traced.filter(({ name }) => !blocks.has(name)),
      ({ rows }) => rows,
    ),
    predicted: sum(traced, ({ predicted = 0 }) => predicted),
  }
}

export function proveAnswer(machine: Machine, report: TraceReport): Answer {
  const cells = cellsOf(machine, report)
  const { length } = machine.autoprecompiles?.list ?? []
  const { blocks, instructions, predicted } = cells
  return {
    json: { ...traceJson(report), autoprecompiles: length, cells },
    text: [
      traceText(report),
      line('cells', `${grouped(blocks + instructions)}, ${grouped(blocks)} of ${length} autoprecompiles`),
      line('predicted', grouped(predicted)),
    ].join(''),
  }
}
