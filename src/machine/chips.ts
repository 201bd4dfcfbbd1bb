/** Which chips an executed instruction adds rows to, and chips that extensions bring along. */
import type { Instr } from '../isa/row.ts'
import type { Chip } from './file.ts'
import { operationOf, parseMachine, type Machine } from './machine.ts'

/** Index of the instruction's own chip in `machine.chips`; undefined for TERMINATE, which has none. */
export function chipOf(machine: Machine, instr: Instr): number | undefined {
  if (instr.row.kind === 'host' && instr.row.ends === true) return undefined
  return machine.chipIndex.get(operationOf(instr)) ?? machine.chipIndex.get('nop')
}

export interface ChipRows {
  /** Index in `machine.chips`. */
  readonly chip: number
  readonly rows: number
}

/**
 * All rows that one execution adds: one in the instruction's own chip, and what a call adds to others. Host
 * instructions may add more.
 */
export function rowsOf(machine: Machine, instr: Instr): readonly ChipRows[] {
  const own = chipOf(machine, instr)
  const { row } = instr
  if (own === undefined) return []
  const extra = row.kind === 'call' ? Object.entries(row.extraRows ?? {}) : []
  return [
    { chip: own, rows: 1 },
    ...extra.flatMap(([operation, rows]) => {
      const chip = machine.chipIndex.get(operation)
      return chip === undefined ? [] : [{ chip, rows }]
    }),
  ]
}

/** A chip that an extension brings along. */
export type AddedChip = Pick<Chip, 'name' | 'width' | 'interactions' | 'nextRow'> & {
  readonly operations: readonly string[]
}

/** What an extension adds to a machine. */
export interface ChipSource {
  readonly chips?: readonly AddedChip[]
  /** Least constant heights by chip, for machines that get a chip of these. */
  readonly constantHeights?: Readonly<Record<string, number>>
}

/**
 * The machine with the chips that a guest's extensions need, in front of the hash chip. What the machine file says of
 * an operation counts more than what the extension says; a chip that the file has under the same name gets the
 * operations it lacks.
 */
export function withChips(machine: Machine, extensions: readonly ChipSource[]): Machine {
  const added: AddedChip[] = []
  const grown = new Map<string, readonly string[]>()
  const least = new Map<string, number>()
  for (const { chips = [], constantHeights = {} } of extensions) {
    let isNew = false
    for (const chip of chips) {
      const operations = chip.operations.filter(operation => !machine.chipIndex.has(operation))
      if (operations.length === 0) continue
      isNew = true
      if (machine.chips.some(({ name }) => name === chip.name)) grown.set(chip.name, operations)
      else added.push({ ...chip, operations })
    }
    if (!isNew) continue
    for (const [name, height] of Object.entries(constantHeights)) {
      least.set(name, Math.max(height, least.get(name) ?? 0))
    }
  }
  if (added.length + grown.size === 0) return machine
  const own = machine.chips.map((chip): Chip => {
    const operations = grown.get(chip.name)
    const height = least.get(chip.name)
    const raised =
      typeof chip.constantHeight === 'number' && height !== undefined
        ? { ...chip, constantHeight: Math.max(chip.constantHeight, height) }
        : chip
    return operations === undefined ? raised : { ...raised, operations: [...(raised.operations ?? []), ...operations] }
  })
  const { hash } = machine.memoryChips
  return parseMachine({ ...machine, chips: [...own.slice(0, hash), ...added, ...own.slice(hash)] }, machine.name)
}
