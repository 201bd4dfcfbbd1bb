/** A machine: the chips of a prover's circuit, their widths, and which chip each operation adds a row to. */
import { createHash } from 'node:crypto'
import type { Xlen } from '../elf/image.ts'
import type { Instr } from '../isa/row.ts'
import { flawOf } from './autoprecompiles.ts'
import { checkFields, machineError, type MachineFile } from './file.ts'
import { digestOf } from './written-autoprecompiles.ts'
import rv32im from './rv32im.json' with { type: 'json' }
import rv64im from './rv64im.json' with { type: 'json' }

export type { Chip, MachineFile } from './file.ts'

/** Indices in `chips` of the chips that the memory tree adds rows to. */
export interface MemoryChips {
  readonly boundary: number
  readonly merkle: number
  readonly hash: number
}

export interface Machine extends MachineFile {
  /** SHA-256 of the machine's canonical JSON and of its AIRs' files, 64 hex digits. */
  readonly digest: string
  /** Width, in trace cells, of the chip that each operation name adds a row to. */
  readonly widths: ReadonlyMap<string, number>
  /** Index in `chips` of the chip that each operation name adds a row to. */
  readonly chipIndex: ReadonlyMap<string, number>
  readonly memoryChips: MemoryChips
}

/**
 * Validates a machine description: the content of a machine file, or a Machine, of which only the file's fields count.
 *
 * @param origin names the description in errors: its path
 * @throws RvrError `MACHINE_INVALID` naming the field by its dot path, the value found and what was wanted;
 *   `details` is {origin, field, found, wanted}
 */
export function parseMachine(data: unknown, origin: string): Machine {
  const file = checkFields(withoutDerived(data), origin)
  const names = new Map<string, number>()
  const chipIndex = new Map<string, number>()
  const widths = new Map<string, number>()
  for (const [index, chip] of file.chips.entries()) {
    const field = `chips.${index}`
    if (names.has(chip.name))
      throw machineError(
        origin,
        `${field}.name`,
        chip.name,
        `a name of its own; chip ${names.get(chip.name)} has this one`,
      )
    names.set(chip.name, index)
    if (chip.operations !== undefined && chip.constantHeight !== undefined) {
      throw machineError(
        origin,
        `${field}.constantHeight`,
        chip.constantHeight,
        'nothing, because operations add rows to this chip',
      )
    }
    for (const [position, operation] of (chip.operations ?? []).entries()) {
      const other = chipIndex.get(operation)
      if (other !== undefined) {
        throw machineError(
          origin,
          `${field}.operations.${position}`,
          operation,
          `an operation that belongs to no other chip; this one belongs to ${file.chips[other]!.name}`,
        )
      }
      chipIndex.set(operation, index)
      widths.set(operation, chip.width)
    }
  }
  if (!chipIndex.has('nop'))
    throw machineError(
      origin,
      'chips',
      file.chips,
      'a chip with operation "nop", which counts every instruction that has no chip of its own',
    )
  const memoryChips = memoryChipsOf(file, names, origin)
  const autoprecompiles = file.autoprecompiles === undefined ? undefined : checkedDigest(file, names, origin)
  // Where the AIRs lie makes no difference.
  const content = { ...file, airs: file.airs?.digest, autoprecompiles }
  const digest = createHash('sha256').update(JSON.stringify(content)).digest('hex')
  return { ...file, digest, widths, chipIndex, memoryChips }
}

/** The digest of the machine's autoprecompiles, all of which have their chips. */
function checkedDigest(file: MachineFile, names: ReadonlyMap<string, number>, origin: string): string {
  const autoprecompiles = file.autoprecompiles!
  const flaw = flawOf(autoprecompiles)
  if (flaw !== undefined) throw machineError(origin, `autoprecompiles.${flaw.field}`, flaw.found, flaw.wanted)
  for (const [index, { chip, system }] of autoprecompiles.list.entries()) {
    const found = file.chips[names.get(chip) ?? -1]
    const isSo =
      found?.width === system.columns.length &&
      found.interactions === system.messages.length &&
      found.operations?.length === 0 &&
      found.nextRow !== true
    if (isSo) continue
    const wanted = `a chip of that name, ${system.columns.length} wide, with ${system.messages.length} interactions`
    throw machineError(origin, `autoprecompiles.list.${index}.chip`, chip, `${wanted} and an empty list of operations`)
  }
  return digestOf(autoprecompiles)
}

/**
 * A Machine that was changed by its user still has what was derived from the earlier one: derived fields never count.
 */
function withoutDerived(data: unknown): unknown {
  if (typeof data !== 'object' || data === null || !('widths' in data && data.widths instanceof Map)) return data
  return Object.fromEntries(
    Object.entries(data).filter(([key]) => !['digest', 'widths', 'chipIndex', 'memoryChips'].includes(key)),
  )
}

function memoryChipsOf(
  { memory, chips }: MachineFile,
  names: ReadonlyMap<string, number>,
  origin: string,
): MemoryChips {
  const roles = new Map<number, string>()
  const find = (role: keyof MemoryChips): number => {
    const field = `memory.${role}`
    const name = memory[role]
    const index = names.get(name)
    if (index === undefined) throw machineError(origin, field, name, 'the name of a chip')
    if (roles.has(index))
      throw machineError(origin, field, name, `a chip of its own; memory.${roles.get(index)} names this one`)
    const { operations, constantHeight } = chips[index]!
    if (operations !== undefined || constantHeight !== undefined)
      throw machineError(origin, field, name, 'a chip that has neither operations nor constantHeight')
    roles.set(index, role)
    return index
  }
  return { boundary: find('boundary'), merkle: find('merkle'), hash: find('hash') }
}

/** The machine that rvr ships for a register width. */
export function defaultMachine(xlen: Xlen): Machine {
  return xlen === 64 ? parseMachine(rv64im, 'rv64im') : parseMachine(rv32im, 'rv32im')
}

/**
 * Name of the operation that an instruction counts as: an arithmetic instruction, LUI or AUIPC that writes x0 is a
 * `nop`, as are fences and host instructions that have no chip (docs/metering.md, "Instructions and rows").
 */
export function operationOf(instr: Instr): string {
  const { row } = instr
  if (row.kind === 'nop' || ((row.kind === 'alu' || row.kind === 'upper') && instr.rd === 0)) return 'nop'
  return row.name
}

/**
 * Trace cells of one executed instruction; `rows` is more than 1 for instructions such as HINT_BUFFER. TERMINATE costs
 * nothing. What a call adds to other chips comes with each row of its own.
 */
export function cellsOf(machine: Machine, instr: Instr, rows = 1): number {
  const { row } = instr
  if (row.kind === 'host' && row.ends === true) return 0
  let cells = machine.widths.get(operationOf(instr)) ?? machine.widths.get('nop') ?? 0
  if (row.kind === 'call' && row.extraRows !== undefined)
    for (const [operation, count] of Object.entries(row.extraRows))
      cells += (machine.widths.get(operation) ?? 0) * count
  return cells * rows
}
