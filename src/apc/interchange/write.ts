/** Writes a constraint system as an interchange file. */
import type { Expression } from '../../air/expression.ts'
import { RvrError } from '../../errors.ts'
import { columnsOf } from '../../air/columns.ts'
import type { Derived, Method } from '../../air/system.ts'
import { writtenExpression, type Written } from './expressions.ts'
import { kindOfBus } from './kinds.ts'
import type { InterchangeFile } from './read.ts'

/** The file as JSON text. @throws RvrError `INPUT_INVALID` where the format has no such bus */
export function writeInterchange({ blocks, system }: InterchangeFile): string {
  const names = new Map(system.columns.map(({ id, name }) => [id, name]))
  // Derived columns may need cells of instructions that no constraint needs.
  for (const id of system.derived.flatMap(columnsOfDerived)) if (!names.has(id)) names.set(id, `cell_${id}`)
  const written = (of: Expression): Written => writtenExpression(of, names)
  const methodOf = (method: Method) =>
    method.kind === 'constant'
      ? { Constant: method.value }
      : { QuotientOrZero: [written(method.numerator), written(method.denominator)] }
  const subs: object[][] = blocks.flatMap(({ instructions }) => instructions.map(() => []))
  for (const { id, origin } of system.columns)
    if (origin !== undefined) subs[origin.instruction]!.push({ original_poly_index: origin.column, apc_poly_id: id })
  return JSON.stringify({
    block: { blocks: blocks.map(({ start, instructions }) => ({ start_pc: start, instructions })) },
    machine: {
      constraints: system.constraints.map(written),
      bus_interactions: system.messages.map(({ bus, count, fields }) => ({
        id: system.buses[bus]!.id,
        mult: written(count),
        args: fields.map(written),
      })),
      derived_columns: system.derived.map(({ column, method }) => [
        `${names.get(column)!}@${column}`,
        methodOf(method),
      ]),
    },
    subs,
    optimistic_constraints: { fetches_by_step: {}, constraints_to_check_by_step: {} },
    bus_map: { bus_ids: busIds({ blocks, system }) },
  })
}

const columnsOfDerived = ({ method }: Derived): readonly number[] =>
  method.kind === 'constant' ? [] : [...columnsOf(method.numerator), ...columnsOf(method.denominator)]

/** Buses that nothing is said on are left out where the format has no name for them. */
function busIds({ system: { buses, messages } }: InterchangeFile): object {
  const used = new Set(messages.map(({ bus }) => bus))
  const entries = buses.flatMap((bus, index) => {
    const kind = kindOfBus(bus)
    if (kind === undefined && used.has(index))
      throw new RvrError('INPUT_INVALID', `the interchange format has no buses like ${bus.name}`)
    return kind === undefined ? [] : [[bus.id, kind]]
  })
  return Object.fromEntries(entries)
}
