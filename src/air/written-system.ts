/** A system as one JSON value, and back: exactly the same polynomials, over the buses of a machine that is known. */
import { degreeOf, type Expression } from './expression.ts'
import { P } from './field.ts'
import type { SystemBus } from './system-buses.ts'
import type { Column, Derived, Message, Method, System } from './system.ts'
import { columnsOf } from './columns.ts'

type Written = number | readonly [number] | readonly [Written, '+' | '-' | '*', Written]

interface WrittenSystem {
  /** [id, name], or [id, name, instruction, column of its AIR]. */
  readonly columns: readonly (readonly [number, string, number?, number?])[]
  readonly constraints: readonly Written[]
  /** [bus, count, fields]; the bus by its place in the machine's list. */
  readonly messages: readonly (readonly [number, Written, readonly Written[]])[]
  /** [column, value], or [column, numerator, denominator]. */
  readonly derived: readonly (readonly [number, Written, Written?])[]
}

export function writtenSystem({ columns, constraints, messages, derived }: System): WrittenSystem {
  return {
    columns: columns.map(({ id, name, origin }) =>
      origin === undefined ? [id, name] : [id, name, origin.instruction, origin.column],
    ),
    constraints: constraints.map(written),
    messages: messages.map(({ bus, count, fields }) => [bus, written(count), fields.map(written)]),
    derived: derived.map(({ column, method }) =>
      method.kind === 'constant'
        ? [column, method.value]
        : [column, written(method.numerator), written(method.denominator)],
    ),
  }
}

function written(of: Expression): Written {
  if (of.op === 'constant') return of.value
  if (of.op === 'column') return [of.index]
  if (of.op === 'public') throw new Error('a block has no public values')
  return [written(of.left), of.op, written(of.right)]
}

/** Operations inside one another; what is deeper is refused before it fills the stack. */
const MAX_DEPTH = 2000
/** Of a column's id. */
const MAX_ID = 1 << 24
/** What derived columns need may be of any degree: no constraint has it. */
const MAX_DEGREE = 3

const isId = (value: unknown): value is number => isIndex(value, MAX_ID)
const isIndex = (value: unknown, limit: number): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) < limit

/** What is read of a system does not hold together: whoever has the file says where it lies. */
export class BadSystem extends Error {}

function listOf(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new BadSystem(`${what}: a list was expected`)
  return value
}

/** @throws BadSystem */
export function readSystem(value: unknown, buses: readonly SystemBus[]): System {
  if (typeof value !== 'object' || value === null) throw new BadSystem('a system was expected')
  const parts = value as Record<keyof WrittenSystem, unknown>
  const columns = listOf(parts.columns, 'columns').map(columnOf)
  const known = new Set(columns.map(({ id }) => id))
  if (known.size !== columns.length) throw new BadSystem('columns: one is there twice')
  /** Derived columns may need cells of instructions that no constraint needs. */
  const read = (of: unknown, what: string, isBound = true): Expression => {
    const expression = expressionOf(of, what)
    if (!isBound) return expression
    if (degreeOf(expression) > MAX_DEGREE) throw new BadSystem(`${what}: a degree above ${MAX_DEGREE}`)
    if (columnsOf(expression).some(id => !known.has(id))) throw new BadSystem(`${what}: a column that is not there`)
    return expression
  }
  return {
    buses,
    columns,
    constraints: listOf(parts.constraints, 'constraints').map(of => read(of, 'constraints')),
    messages: listOf(parts.messages, 'messages').map((entry): Message => {
      const [bus, count, fields] = listOf(entry, 'messages')
      if (!isIndex(bus, buses.length)) throw new BadSystem('messages: no such bus')
      const all = listOf(fields, 'messages').map(of => read(of, 'messages'))
      if (all.length !== buses[bus]!.fields.length) throw new BadSystem('messages: another number of fields')
      return { bus, count: read(count, 'messages'), fields: all }
    }),
    derived: listOf(parts.derived, 'derived').map((entry): Derived => {
      const [column, value, denominator] = listOf(entry, 'derived')
      if (!isId(column) || !known.has(column)) throw new BadSystem('derived: no such column')
      return { column, method: methodOf(read(value, 'derived', false), denominator, of => read(of, 'derived', false)) }
    }),
  }
}

function methodOf(first: Expression, denominator: unknown, read: (of: unknown) => Expression): Method {
  if (denominator !== undefined) return { kind: 'quotient', numerator: first, denominator: read(denominator) }
  if (first.op !== 'constant') throw new BadSystem('derived: a constant was expected')
  return { kind: 'constant', value: first.value }
}

function columnOf(entry: unknown): Column {
  const [id, name, instruction, column] = listOf(entry, 'columns')
  if (!isId(id) || typeof name !== 'string') throw new BadSystem('columns: an id and a name were expected')
  if (instruction === undefined) return { id, name }
  if (!isId(instruction) || !isId(column)) throw new BadSystem('columns: an instruction and a column were expected')
  return { id, name, origin: { instruction, column } }
}

function expressionOf(value: unknown, what: string): Expression {
  const visit = (of: unknown, depth: number): Expression => {
    if (isIndex(of, P)) return { op: 'constant', value: of }
    const parts = listOf(of, what)
    const [left, op, right] = parts
    if (parts.length === 1 && isId(left)) return { op: 'column', index: left, row: 0 }
    if (parts.length !== 3 || (op !== '+' && op !== '-' && op !== '*') || depth === MAX_DEPTH)
      throw new BadSystem(`${what}: no polynomial`)
    return { op, left: visit(left, depth + 1), right: visit(right, depth + 1) }
  }
  return visit(value, 0)
}
