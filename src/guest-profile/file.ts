/** Guest profiles as files: JSON with a column for each property, written in parts; read, bounded, checked. */
import * as v from 'valibot'
import type { Image } from '../elf/image.ts'
import { RvrError, messageOf } from '../errors.ts'
import { faultOf } from './fault.ts'
import type { GuestProfile, ProfileCosts, ProfileInstructions, ProfileNodes } from './guest-profile.ts'

const FORMAT = 'rvr guest profile'
const VERSION = 1
const AGAIN = 'Record it again with rvr profile GUEST --format json -o FILE.'

type Column = Int32Array | Uint32Array | Uint8Array | Float64Array
/** Numbers that are written at once. */
const PART = 8192

/** The text of the file, in parts: what has no columns, then columns, some tens of kilobytes at once. */
export function* guestProfileText(profile: GuestProfile): Generator<string> {
  const { nodes, costs, instructions, ...others } = profile
  const head = JSON.stringify({ format: FORMAT, version: VERSION, ...others })
  yield head.slice(0, -1)
  for (const [name, table] of Object.entries({ nodes, costs, instructions })) {
    yield `,\n"${name}":`
    yield* tableText(table)
  }
  yield '}\n'
}

function* tableText(table: object): Generator<string> {
  let before = '{'
  for (const [name, column] of Object.entries(table) as [string, Column | undefined][]) {
    if (column === undefined) continue
    yield `${before}\n"${name}":[`
    for (let from = 0; from < column.length; from += PART)
      yield `${from === 0 ? '' : ','}${column.subarray(from, from + PART).join(',')}`
    yield ']'
    before = ','
  }
  yield '}'
}

const MAX_SAFE = Number.MAX_SAFE_INTEGER
const wanted = (text: string): string => `wanted ${text}`
const text = v.string(wanted('a text'))
const texts = v.array(text, wanted('a list of texts'))
const whole = (least: number, most: number) => {
  const message = wanted(`a whole number from ${least} to ${most}`)
  return v.pipe(v.number(message), v.integer(message), v.minValue(least, message), v.maxValue(most, message))
}
const count = whole(0, MAX_SAFE)
const digest = v.pipe(text, v.regex(/^[0-9a-f]{64}$/, wanted('64 hex digits')))
const shares = v.array(v.object({ name: text, count, cells: count }), wanted('a list'))
const Head = v.looseObject({ format: v.string(), version: v.number() })
const optional = <const Schema extends v.GenericSchema>(schema: Schema) => v.optional(schema, undefined)
const address = whole(0, 2 ** 32 - 1)
const Plain = v.object({
  guest: v.object({ name: text, digest, xlen: v.picklist([32, 64], wanted('32 or 64')) }),
  machine: v.object({ name: text, digest }),
  outcome: v.picklist(['terminated', 'suspended', 'trapped'], wanted('terminated, suspended or trapped')),
  totals: v.object({ instructions: count, cells: count }),
  memory: optional(count),
  hasCalls: v.boolean(wanted('true or false')),
  warnings: texts,
  files: texts,
  functions: v.array(
    v.object({
      name: text,
      symbol: optional(text),
      address: optional(address),
      file: whole(-1, 2 ** 31 - 1),
      line: address,
    }),
    wanted('a list'),
  ),
  steps: v.array(v.object({ marker: whole(-2048, 2047), name: optional(text) }), wanted('a list')),
  opcodes: shares,
  chips: shares,
})

type Reason = 'format' | 'version' | 'guest'

function invalid(
  origin: string,
  reason: Reason,
  problem: string,
  { hint = AGAIN, details = {} }: { readonly hint?: string; readonly details?: object } = {},
): RvrError {
  return new RvrError('INPUT_INVALID', `guest profile ${origin}: ${problem}`, {
    hint,
    details: { path: origin, reason, ...details },
  })
}

/**
 * The profile that a file's text holds. Everything that holds of profiles holds of it: sums, order, indexes.
 *
 * @param origin names the text in errors: its path
 * @throws RvrError `INPUT_INVALID` (no guest profile, another version, damaged: `details.reason`).
 */
export function readGuestProfile(content: string, origin: string): GuestProfile {
  const data = headed(content, origin)
  const plain = v.safeParse(Plain, data, { abortEarly: true })
  if (!plain.success) {
    const [issue] = plain.issues
    throw invalid(origin, 'format', `at ${v.getDotPath(issue) ?? 'its top'}: ${issue.message}`)
  }
  const column = <T extends Column>(table: string, name: string, make: (length: number) => T): T =>
    columnOf(data, { table, name }, make, origin)
  const profile: GuestProfile = {
    ...plain.output,
    memory: plain.output.memory,
    functions: plain.output.functions.map(({ symbol, address: at, ...others }) => ({ ...others, symbol, address: at })),
    steps: plain.output.steps.map(({ marker, name }) => ({ marker, name })),
    nodes: nodesOf(column, isTable(data['nodes']) && data['nodes']['memory'] !== undefined),
    costs: costsOf(column),
    instructions: instructionsOf(column),
  }
  const fault = faultOf(profile)
  if (fault !== undefined) throw invalid(origin, 'format', fault)
  return profile
}

/** @throws RvrError `INPUT_INVALID`: a profile must be of the very file where addresses count. */
export function checkGuestOf({ guest }: GuestProfile, image: Pick<Image, 'digest'>, origin: string): void {
  if (guest.digest === image.digest) return
  throw invalid(origin, 'guest', `it is of another guest: ${guest.name}`, {
    hint: `The guest has been built anew, or the profile belongs to another one. ${AGAIN}`,
    details: { found: guest.digest, wanted: image.digest },
  })
}

type Table = Readonly<Record<string, unknown>>
const isTable = (value: unknown): value is Table => typeof value === 'object' && value !== null && !Array.isArray(value)

function headed(content: string, origin: string): Table {
  let data: unknown
  try {
    data = JSON.parse(content)
  } catch (cause) {
    throw invalid(origin, 'format', `it is no JSON, or is cut off: ${messageOf(cause)}`)
  }
  const head = v.safeParse(Head, data)
  if (head.success && head.output.format === 'rvr profile')
    throw invalid(origin, 'format', 'it holds execution counts alone, for rvr compile --profile')
  if (!head.success || head.output.format !== FORMAT)
    throw invalid(origin, 'format', `it is no guest profile: it has no "format": "${FORMAT}"`)
  const { version } = head.output
  if (version !== VERSION)
    throw invalid(origin, 'version', `its version is ${version}, this rvr reads version ${VERSION}`, {
      details: { found: version, wanted: VERSION },
    })
  return head.output
}

type Read = <T extends Column>(table: string, name: string, make: (length: number) => T) => T

function columnOf<T extends Column>(
  data: Table,
  { table, name }: { readonly table: string; readonly name: string },
  make: (length: number) => T,
  origin: string,
): T {
  const place = `${table}.${name}`
  const rows = data[table]
  const values = isTable(rows) ? rows[name] : undefined
  if (!Array.isArray(values)) throw invalid(origin, 'format', `at ${place}: wanted a list of numbers`)
  const column = make(values.length)
  for (let row = 0; row < values.length; row++) {
    const value: unknown = values[row]
    // What does not fit comes out as something else.
    column[row] = typeof value === 'number' ? value : NaN
    if (column[row] !== value) throw invalid(origin, 'format', `at ${place}.${row}: wanted a whole number that fits`)
  }
  return column
}

const int32 = (length: number): Int32Array => new Int32Array(length)
const uint32 = (length: number): Uint32Array => new Uint32Array(length)
const float64 = (length: number): Float64Array => new Float64Array(length)

const nodesOf = (read: Read, hasMemory: boolean): ProfileNodes => ({
  parent: read('nodes', 'parent', int32),
  function: read('nodes', 'function', uint32),
  isInlined: read('nodes', 'isInlined', length => new Uint8Array(length)),
  calls: read('nodes', 'calls', float64),
  callFile: read('nodes', 'callFile', int32),
  callLine: read('nodes', 'callLine', uint32),
  memory: hasMemory ? read('nodes', 'memory', float64) : undefined,
})

const costsOf = (read: Read): ProfileCosts => ({
  node: read('costs', 'node', uint32),
  step: read('costs', 'step', uint32),
  file: read('costs', 'file', int32),
  line: read('costs', 'line', uint32),
  instructions: read('costs', 'instructions', float64),
  cells: read('costs', 'cells', float64),
})

const instructionsOf = (read: Read): ProfileInstructions => ({
  pc: read('instructions', 'pc', uint32),
  step: read('instructions', 'step', uint32),
  innermost: read('instructions', 'innermost', uint32),
  function: read('instructions', 'function', uint32),
  file: read('instructions', 'file', int32),
  line: read('instructions', 'line', uint32),
  times: read('instructions', 'times', float64),
  cells: read('instructions', 'cells', float64),
})
