/** Reads a constraint system from an interchange file: bounded, checked, with the place in errors. */
import { gunzipSync } from 'node:zlib'
import { degreeOf, type Expression } from '../../air/expression.ts'
import { messageOf } from '../../errors.ts'
import type { SystemBus } from '../../air/system-buses.ts'
import { columnsOf } from '../../air/columns.ts'
import type { Block, Column, Derived, Message, Method, Origin, System } from '../../air/system.ts'
import { ColumnNames, readExpression } from './expressions.ts'
import { busOfKind, type WrittenKind } from './kinds.ts'
import { malformed } from './malformed.ts'

export interface InterchangeFile {
  /** More than one where the system is of a superblock. */
  readonly blocks: readonly Block[]
  readonly system: System
}

/** Of the text, with what it is packed into. */
export const MAX_TEXT = 256 << 20
const MAX_COLUMNS = 500_000
const MAX_ITEMS = 1_000_000
const MAX_BUSES = 256
/** What proofs allow: a higher degree is a mistake in the file. */
const MAX_DEGREE = 3

type Fields = Readonly<Record<string, unknown>>

function fieldsOf(value: unknown, at: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed(at, 'an object was expected')
  return value as Fields
}

function listOf(value: unknown, at: string, limit = MAX_ITEMS): readonly unknown[] {
  if (!Array.isArray(value)) throw malformed(at, 'a list was expected')
  if (value.length > limit) throw malformed(at, `more than ${limit} entries`)
  return value
}

function naturalOf(value: unknown, at: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw malformed(at, 'a natural number was expected')
  return value as number
}

function textOf(bytes: Uint8Array): string {
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b
  try {
    const plain = packed ? gunzipSync(bytes, { maxOutputLength: MAX_TEXT }) : bytes
    return new TextDecoder('utf-8', { fatal: true }).decode(plain)
  } catch (cause) {
    throw malformed('the text', `it cannot be unpacked (or is longer than ${MAX_TEXT} bytes)`, cause)
  }
}

function parsed(bytes: Uint8Array): Fields {
  const text = textOf(bytes)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw malformed('the text', messageOf(cause), cause)
  }
  return fieldsOf(value, 'the text')
}

/**
 * @param bytes JSON, plain or in gzip
 * @throws RvrError `INPUT_INVALID`: details.at is the place in the file
 */
export function readInterchange(bytes: Uint8Array): InterchangeFile {
  const file = parsed(bytes)
  const buses = busesOf(file['bus_map'])
  const machine = fieldsOf(file['machine'], 'machine')
  const names = new ColumnNames(MAX_COLUMNS)
  const constraints = listOf(machine['constraints'], 'machine.constraints').map((written, index) =>
    bounded(written, names, `machine.constraints[${index}]`),
  )
  const messages = listOf(machine['bus_interactions'], 'machine.bus_interactions').map((written, index) =>
    messageFrom(written, { names, buses, at: `machine.bus_interactions[${index}]` }),
  )
  const derived = derivedFrom(machine['derived_columns'] ?? [], names)
  const origins = originsFrom(file['subs'] ?? [])
  const columns: Column[] = [...names.names]
    .toSorted(([a], [b]) => a - b)
    .map(([id, name]) => ({ id, name, origin: origins.get(id) }))
  const system = { buses, columns, constraints, messages, derived }
  requireOrder(system)
  return { blocks: blocksFrom(file['block']), system }
}

function bounded(written: unknown, names: ColumnNames, at: string): Expression {
  const of = readExpression(written, names, at)
  if (degreeOf(of) > MAX_DEGREE) throw malformed(at, `degree ${degreeOf(of)}, where ${MAX_DEGREE} is the bound`)
  return of
}

function busesOf(written: unknown): readonly SystemBus[] {
  const at = 'bus_map.bus_ids'
  const ids = Object.entries(fieldsOf(fieldsOf(written, 'bus_map')['bus_ids'], at))
  if (ids.length > MAX_BUSES) throw malformed(at, `more than ${MAX_BUSES} buses`)
  return ids.map(([id, kind]) => {
    if (!/^\d{1,5}$/.test(id)) throw malformed(`${at}.${id}`, 'a number of a bus was expected')
    const bus = busOfKind(Number(id), kind as WrittenKind)
    if (bus === undefined) throw malformed(`${at}.${id}`, 'such a bus is not known')
    return bus
  })
}

interface MessageContext {
  readonly names: ColumnNames
  readonly buses: readonly SystemBus[]
  readonly at: string
}

function messageFrom(written: unknown, { names, buses, at }: MessageContext): Message {
  const { id, mult, args } = fieldsOf(written, at)
  const bus = buses.findIndex(each => each.id === id)
  if (bus < 0) throw malformed(`${at}.id`, `the bus map has no such bus`)
  const fields = listOf(args, `${at}.args`).map((each, k) => bounded(each, names, `${at}.args[${k}]`))
  const wanted = buses[bus]!.fields.length
  if (fields.length !== wanted) throw malformed(`${at}.args`, `${fields.length} fields, where the bus has ${wanted}`)
  return { bus, count: bounded(mult, names, `${at}.mult`), fields }
}

/** Entries are [column, method] or, in older files, [flag, column, method]. */
function derivedFrom(written: unknown, names: ColumnNames): readonly Derived[] {
  return listOf(written, 'machine.derived_columns').map((entry, index) => {
    const at = `machine.derived_columns[${index}]`
    const parts = listOf(entry, at)
    const [column, method] = parts.slice(-2)
    if (parts.length < 2 || parts.length > 3 || typeof column !== 'string')
      throw malformed(at, '[column, method] was expected')
    return { column: names.id(column, at), method: methodFrom(method, names, at) }
  })
}

function methodFrom(written: unknown, names: ColumnNames, at: string): Method {
  const { Constant: value, QuotientOrZero: quotient } = fieldsOf(written, at)
  if (value !== undefined) {
    const of = readExpression(value, names, `${at}.Constant`)
    if (of.op !== 'constant') throw malformed(`${at}.Constant`, 'a field element was expected')
    return { kind: 'constant', value: of.value }
  }
  const parts = listOf(quotient, `${at}.QuotientOrZero`)
  if (parts.length !== 2) throw malformed(`${at}.QuotientOrZero`, 'numerator and denominator were expected')
  const [numerator, denominator] = parts.map(each => readExpression(each, names, at))
  return { kind: 'quotient', numerator: numerator!, denominator: denominator! }
}

function originsFrom(written: unknown): ReadonlyMap<number, Origin> {
  const origins = new Map<number, Origin>()
  for (const [instruction, entries] of listOf(written, 'subs').entries()) {
    for (const [index, entry] of listOf(entries, `subs[${instruction}]`).entries()) {
      const at = `subs[${instruction}][${index}]`
      const { original_poly_index: column, apc_poly_id: id } = fieldsOf(entry, at)
      origins.set(naturalOf(id, at), { instruction, column: naturalOf(column, at) })
    }
  }
  return origins
}

function blocksFrom(written: unknown): readonly Block[] {
  return listOf(fieldsOf(written, 'block')['blocks'], 'block.blocks').map((entry, index) => {
    const at = `block.blocks[${index}]`
    const { start_pc: start, instructions } = fieldsOf(entry, at)
    const rows = listOf(instructions, `${at}.instructions`).map((row, k) =>
      listOf(row, `${at}.instructions[${k}]`).map(each => naturalOf(each, `${at}.instructions[${k}]`)),
    )
    return { start: naturalOf(start, `${at}.start_pc`), instructions: rows }
  })
}

/** Derived columns need only what stands before them: otherwise they would need themselves. */
function requireOrder({ derived }: System): void {
  const later = new Set(derived.map(({ column }) => column))
  if (later.size !== derived.length) throw malformed('machine.derived_columns', 'a column is derived twice')
  for (const [index, { column, method }] of derived.entries()) {
    const needed = method.kind === 'quotient' ? [method.numerator, method.denominator] : []
    for (const of of needed) {
      for (const id of columnsOf(of)) {
        if (later.has(id))
          throw malformed(`machine.derived_columns[${index}]`, `it needs column ${id}, which comes later`)
      }
    }
    later.delete(column)
  }
}
