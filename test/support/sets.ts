/** The instruction sets that not every guest has, and machines that list them. */
import type { Xlen } from '../../src/elf/image.ts'
import { sets, tablesOf, type SetName } from '../../src/isa/sets.ts'
import type { Row } from '../../src/isa/row.ts'
import { defaultMachine, type Machine } from '../../src/machine/machine.ts'

/** Rows of a width that a choice of sets has beside I and M. */
export const rowsOfSets = (names: readonly SetName[], xlen: Xlen): Row[] =>
  tablesOf(names)
    .flatMap(({ rows }) => rows)
    .filter(({ only }) => only === undefined || only === xlen)

/** The shipped machine, which counts all these instructions as nothing. */
export function machineWithNops(xlen: Xlen): Machine {
  const machine = defaultMachine(xlen)
  const names = ['compressed', ...Object.values(sets).flatMap(rows => rows.map(({ name }) => name))]
  const more = [...new Set(names)].filter(name => !machine.chipIndex.has(name))
  const chips = machine.chips.map(chip =>
    chip.operations?.includes('nop') === true ? { ...chip, operations: [...chip.operations, ...more] } : chip,
  )
  return { ...machine, name: 'nops', chips }
}
