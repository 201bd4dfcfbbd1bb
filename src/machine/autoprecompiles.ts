/** Autoprecompiles of a machine: blocks of one guest that are proved in one row each. */
import { INSTRUCTION_BYTES, type System } from '../air/system.ts'
import { writtenBuses } from '../air/written-buses.ts'
import { hexText } from '../hex.ts'

/** A block of a guest that is proved in one row. Plain data: travels to workers, is hashed, saved. */
export interface Autoprecompile {
  /** Address of its first instruction. */
  readonly start: number
  /** Rows of the program table (opcode, a … g) of its instructions. */
  readonly instructions: readonly (readonly number[])[]
  /** Name of its chip: `apc_<start in hex>`. */
  readonly chip: string
  /** Optimised, with guards: columns have `origin` (instruction of the block, column of its AIR) or are derived. */
  readonly system: System
}

/** Nobody changes it once it is part of a machine. */
export interface Autoprecompiles {
  /** SHA-256 of the guest's file. */
  readonly guest: string
  /** Their instructions do not overlap; their systems are over the same buses. */
  readonly list: readonly Autoprecompile[]
}

/** As many as a machine has room for beside the chips of its instructions and of extensions. */
export const MAX_AUTOPRECOMPILES = 128

/** Name of the chip of the block that starts at an address. */
export const chipNameOf = (start: number): string => `apc_${start.toString(16)}`

/** Address behind its last instruction. */
export const endOf = ({ start, instructions }: Autoprecompile): number =>
  start + INSTRUCTION_BYTES * instructions.length

export interface Flaw {
  /** Dot path within the autoprecompiles. */
  readonly field: string
  readonly found: unknown
  readonly wanted: string
}

/** What does not fit in the list as a whole, if anything. */
export function flawOf({ list }: Autoprecompiles): Flaw | undefined {
  if (list.length > MAX_AUTOPRECOMPILES)
    return { field: 'list', found: list.length, wanted: `${MAX_AUTOPRECOMPILES} autoprecompiles at most` }
  const buses = list[0]?.system.buses
  for (const [index, { start, instructions, chip, system }] of list.entries()) {
    const field = `list.${index}`
    if (system.buses !== buses && JSON.stringify(writtenBuses(system.buses)) !== JSON.stringify(writtenBuses(buses!)))
      return { field: `${field}.system.buses`, found: system.buses, wanted: 'the buses of the others' }
    if (!Number.isSafeInteger(start) || start < 0 || start % INSTRUCTION_BYTES !== 0)
      return { field: `${field}.start`, found: start, wanted: 'the address of an instruction' }
    if (instructions.length === 0)
      return { field: `${field}.instructions`, found: instructions, wanted: 'one instruction at least' }
    if (chip !== chipNameOf(start)) return { field: `${field}.chip`, found: chip, wanted: chipNameOf(start) }
  }
  const order = [...list.keys()].toSorted((a, b) => list[a]!.start - list[b]!.start)
  for (const [place, index] of order.entries()) {
    const before = order[place - 1]
    if (before === undefined || endOf(list[before]!) <= list[index]!.start) continue
    const wanted = `a block of its own; that of list.${before} reaches to ${hexText(endOf(list[before]!))}`
    return { field: `list.${index}.start`, found: list[index]!.start, wanted }
  }
  return undefined
}
