/** A machine: the chips of a prover's circuit, their widths, and which chip each operation adds a row to. */
import * as v from 'valibot'
import { createHash } from 'node:crypto'
import type { Xlen } from '../elf/image.ts'
import { RvrError } from '../errors.ts'
import type { Instr } from '../isa/row.ts'
import rv32im from './rv32im.json' with { type: 'json' }
import rv64im from './rv64im.json' with { type: 'json' }

const Chip = v.strictObject({
  name: v.pipe(v.string(), v.minLength(1)),
  /** Trace cells of one row. */
  width: v.pipe(v.number(), v.integer(), v.minValue(1)),
  interactions: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** The chip's constraints look at the next row too (doubles its secondary memory). */
  nextRow: v.optional(v.boolean()),
  /** Height that does not depend on the run; `slots` is the number of defined instruction slots. */
  constantHeight: v.optional(v.union([v.pipe(v.number(), v.integer(), v.minValue(0)), v.literal('slots')])),
  /** Names of instruction rows that add one row here; `nop` stands for every instruction without effect. */
  operations: v.optional(v.array(v.string())),
})
const positive = v.pipe(v.number(), v.integer(), v.minValue(1))
const MachineFile = v.strictObject({
  name: v.string(),
  xlen: v.picklist([32, 64]),
  source: v.string(),
  limits: v.strictObject({ maxTraceHeight: positive, maxMemoryBytes: positive, maxInteractions: positive, checkInterval: positive }),
  chips: v.pipe(v.array(Chip), v.minLength(1)),
})

export type Chip = v.InferOutput<typeof Chip>

export interface Machine extends v.InferOutput<typeof MachineFile> {
  /** SHA-256 of the machine's canonical JSON, 64 hex digits. */
  readonly digest: string
  /** Width of the chip that each operation name adds a row to. */
  readonly widths: ReadonlyMap<string, number>
}

/**
 * Validates a machine description.
 *
 * @throws RvrError `MACHINE_INVALID` naming the field, the value found and what was wanted.
 */
export function parseMachine(data: unknown, origin: string): Machine {
  const result = v.safeParse(MachineFile, data)
  if (!result.success) {
    const issue = result.issues[0]
    const field = v.getDotPath(issue) ?? '(root)'
    throw new RvrError('MACHINE_INVALID', `${origin}: field ${field}: ${issue.message}`, {
      hint: 'Compare the file with the machine files that rvr ships (rv32im, rv64im).', details: { origin, field },
    })
  }
  const widths = new Map<string, number>()
  for (const chip of result.output.chips) {
    for (const operation of chip.operations ?? []) {
      if (widths.has(operation)) throw new RvrError('MACHINE_INVALID', `${origin}: operation ${operation} belongs to two chips, the second is ${chip.name}`, { details: { origin, operation } })
      widths.set(operation, chip.width)
    }
  }
  const digest = createHash('sha256').update(JSON.stringify(result.output)).digest('hex')
  return { ...result.output, digest, widths }
}

/** The machine that rvr ships for a register width. */
export function defaultMachine(xlen: Xlen): Machine {
  return xlen === 64 ? parseMachine(rv64im, 'rv64im') : parseMachine(rv32im, 'rv32im')
}

/**
 * Name of the operation that an instruction counts as: an arithmetic instruction, LUI or AUIPC that writes x0 is a `nop` (guest-abi.md,
 * "x0 and arithmetic"), as are fences and host instructions that have no chip of their own.
 */
export function operationOf(instr: Instr): string {
  const { row } = instr
  if (row.kind === 'nop' || ((row.kind === 'alu' || row.kind === 'upper') && instr.rd === 0)) return 'nop'
  return row.name
}

/** Trace cells of one executed instruction; `rows` is more than 1 for instructions such as HINT_BUFFER. TERMINATE costs nothing. */
export function cellsOf(machine: Machine, instr: Instr, rows = 1): number {
  if (instr.row.name === 'terminate') return 0
  const width = machine.widths.get(operationOf(instr)) ?? machine.widths.get('nop') ?? 0
  return width * rows
}
