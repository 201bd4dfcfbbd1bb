/** The machine file: its fields, what each may hold, and the error that says which one does not fit. */
import * as v from 'valibot'
import { RvrError, shown } from '../errors.ts'
import { MAX_INTERVAL } from '../layout/meter-rules.ts'
import type { Autoprecompiles } from './autoprecompiles.ts'

/** No prover has longer traces. */
export const MAX_TRACE_HEIGHT = 2 ** 30
/** Segment tables and the generated counters stay small below this. */
const MAX_CHIPS = 248
const MAX_WIDTH = 2 ** 20
const MAX_CHIP_INTERACTIONS = 2 ** 16

/** Every schema carries its wish twice: as message for a wrong value, as description for a missing one. */
function whole(
  min: number,
  max: number,
  wanted = `a whole number from ${min} to ${max === Number.MAX_SAFE_INTEGER ? '2^53 - 1' : max}`,
) {
  return v.pipe(
    v.number(wanted),
    v.integer(wanted),
    v.minValue(min, wanted),
    v.maxValue(max, wanted),
    v.description(wanted),
  )
}

function text(pattern: RegExp, wanted: string) {
  return v.pipe(v.string(wanted), v.regex(pattern, wanted), v.description(wanted))
}

/** An object with exactly these fields. */
function shape<const Entries extends v.ObjectEntries>(entries: Entries) {
  return v.pipe(
    v.strictObject(entries, issue => {
      if (issue.expected === 'never') return `no field of that name; known are ${Object.keys(entries).join(', ')}`
      const missing = entries[String(issue.path?.at(-1)?.key)]
      return (missing && v.getDescription(missing)) ?? 'an object'
    }),
    v.description('an object'),
  )
}

/**
 * Names stand in reports and in comments of the generated C, which neither a quote nor the end of a comment may leave.
 */
const name = text(/^[\w .,:<>()[\]-]{1,120}$/, '1 to 120 letters, digits, spaces or any of _ . , : < > ( ) [ ] -')
const registerBytes = 'a power of two from 16 to 4096'
const height = `a whole number from 0 to ${MAX_TRACE_HEIGHT}, or "slots"`
const operations = 'a list of operations'
const chips = `a list of 1 to ${MAX_CHIPS} chips`

const Chip = shape({
  name,
  /** Trace cells of one row. */
  width: whole(1, MAX_WIDTH),
  /** Bus interactions of one row. */
  interactions: whole(0, MAX_CHIP_INTERACTIONS),
  /** The chip's constraints look at the next row too (doubles its secondary memory). */
  nextRow: v.optional(v.boolean('true or false')),
  /** Height that does not depend on the run; `slots` is the number of defined instruction slots. */
  constantHeight: v.optional(v.union([whole(0, MAX_TRACE_HEIGHT, height), v.literal('slots')], height)),
  /** Names of instruction rows that add one row here; `nop` stands for every instruction without effect. */
  operations: v.optional(
    v.array(text(/^[a-z0-9_.]+$/, 'an operation: lower-case letters, digits, _ and .'), operations),
  ),
})

/** A list of AIRs that a machine was loaded with: where it lies, and the SHA-256 of all its files. */
const Airs = shape({
  list: text(/\S/, 'the path of a list of AIRs'),
  digest: text(/^[0-9a-f]{64}$/, '64 hex digits'),
})

const autoprecompiles = 'autoprecompiles: a guest and a list'
const isAutoprecompiles = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'guest' in value && 'list' in value && Array.isArray(value.list)

const MachineFile = shape({
  name,
  /** Register width in bits. */
  xlen: v.pipe(v.picklist([32, 64], '32 or 64'), v.description('32 or 64')),
  /** Where the figures come from: which are published, which assumed. */
  source: text(/\S/, 'a text that says where the figures come from'),
  limits: shape({
    /** Rows that one chip may have in a segment, padded to a power of two. */
    maxTraceHeight: whole(1, MAX_TRACE_HEIGHT),
    /** Estimated bytes that proving a segment may take. */
    maxMemoryBytes: whole(1, Number.MAX_SAFE_INTEGER),
    /** Interactions that a segment may have. */
    maxInteractions: whole(1, Number.MAX_SAFE_INTEGER),
    /** Instructions between two checks of the limits, at most. */
    checkInterval: whole(16, MAX_INTERVAL),
  }),
  memory: shape({
    /** Bytes of the register file, which are charged at the start of every segment. */
    registerBytes: v.pipe(
      whole(16, 4096, registerBytes),
      v.check(bytes => (bytes & (bytes - 1)) === 0, registerBytes),
      v.description(registerBytes),
    ),
    /** Bytes of a leaf of the memory tree; 16 where nothing is said. */
    leafBytes: v.optional(v.picklist([8, 16], '8 or 16')),
    /** Rows of `boundary` for each touched leaf; 1 where nothing is said. */
    rowsPerLeaf: v.optional(v.picklist([1, 2], '1 or 2')),
    /** Names of the chips that hold touched leaves, nodes of the memory tree, and hashes. */
    boundary: name,
    merkle: name,
    hash: name,
  }),
  /** In a file the path of the list, which `loadMachine` reads. */
  airs: v.optional(Airs),
  /** Blocks of one guest that have chips of their own. */
  autoprecompiles: v.optional(v.custom<Autoprecompiles>(isAutoprecompiles, autoprecompiles)),
  chips: v.pipe(v.array(Chip, chips), v.minLength(1, chips), v.maxLength(MAX_CHIPS, chips), v.description(chips)),
})

export type Chip = v.InferOutput<typeof Chip>
/** What a machine file holds. */
export type MachineFile = v.InferOutput<typeof MachineFile>

/** The error for a field, named by its dot path. */
export function machineError(origin: string, field: string, found: unknown, wanted: string): RvrError {
  return new RvrError('MACHINE_INVALID', `machine ${origin}: field ${field}: found ${shown(found)}, wanted ${wanted}`, {
    hint: 'docs/machine.md describes every field.',
    details: { origin, field, found: shown(found), wanted },
  })
}

/**
 * Checks each field by itself.
 *
 * @throws RvrError `MACHINE_INVALID`; `details` is {origin, field, found, wanted}
 */
export function checkFields(data: unknown, origin: string): MachineFile {
  const result = v.safeParse(MachineFile, data, { abortEarly: true })
  if (result.success) return result.output
  const issue = result.issues[0]
  // The input of an unknown field's issue is the field's name; its value stands in the path.
  const found = issue.expected === 'never' ? issue.path?.at(-1)?.value : issue.input
  throw machineError(origin, v.getDotPath(issue) ?? '(root)', found, issue.message)
}
