/** The AIR of a block that is proved in one row: the table that its guarded system stands for. */
import type { Air, AirSet, Constraint, DerivedColumn, Interaction } from '../air/air.ts'
import { ONE, constant, minus, substituted, times, ZERO, type Expression } from '../air/expression.ts'
import { P } from '../air/field.ts'
import { RvrError } from '../errors.ts'
import { hexText } from '../hex.ts'
import type { Autoprecompile } from '../machine/autoprecompiles.ts'
import type { Derived, Message } from '../air/system.ts'

/**
 * A row of zeros is padding.
 *
 * @param set the machine's AIRs without those of blocks
 * @throws RvrError `INPUT_INVALID` where the system has another machine's buses, or columns that nothing fills
 */
export function apcAir({ start, instructions, chip, system }: Autoprecompile, set: AirSet): Air {
  const { columns, constraints, messages, derived } = system
  const indices = new Map(columns.map(({ id }, index) => [id, index]))
  const refuse = (what: string): RvrError =>
    new RvrError('INPUT_INVALID', `the block at ${hexText(start)} cannot be proved in one row: ${what}`)
  const leaf = (of: Expression): Expression => {
    if (of.op !== 'column') return of
    const index = indices.get(of.index)
    if (index === undefined) throw refuse(`it has no column ${of.index}`)
    return { ...of, index }
  }
  const placed = (of: Expression): Expression => substituted(of, leaf)
  const busOf = (bus: number): number => {
    const index = set.buses.findIndex(({ id }) => id === system.buses[bus]?.id)
    if (index < 0) throw refuse(`the machine has no bus ${system.buses[bus]?.name}`)
    return index
  }
  const at = { file: chip, line: 1, column: 1 }
  const interaction = ({ bus, count, fields }: Message): Interaction => {
    const of = busOf(bus)
    const sent = { bus: of, weight: weightOn(set, of), fields: fields.map(placed), at }
    return isNegative(count)
      ? { ...sent, direction: 'receive', count: negated(placed(count)) }
      : { ...sent, direction: 'send', count: placed(count) }
  }
  const constraint = (of: Expression, index: number): Constraint => ({
    name: `c${index}`,
    where: 'every',
    of: placed(of),
    at,
  })
  const ways = new Map(derived.map(each => [each.column, each]))
  for (const { id, name, origin } of columns)
    if (origin === undefined && !ways.has(id)) throw refuse(`nothing says what ${name} is`)
  const derivedColumn = ({ column, method }: Derived): DerivedColumn =>
    method.kind === 'constant'
      ? { column: indices.get(column)!, numerator: constant(method.value), denominator: ONE }
      : {
          column: indices.get(column)!,
          numerator: placed(method.numerator),
          denominator: placed(method.denominator),
        }
  return {
    name: chip,
    columns: columns.map(({ name }) => name),
    publics: [],
    lets: [],
    constraints: constraints.map(constraint),
    interactions: messages.map(interaction),
    rules: { inputs: [], accesses: [], columns: [] },
    instructions: [],
    codings: [],
    block: {
      start,
      instructions,
      cells: columns.map(({ origin }) => origin),
      derived: derived.filter(({ column }) => indices.has(column)).map(derivedColumn),
    },
  }
}

/** Counts of a block's messages are those that its instructions' AIRs have there. */
function weightOn({ airs }: AirSet, bus: number): number {
  const weights = airs
    .filter(({ instructions }) => instructions.length > 0)
    .flatMap(({ interactions }) => interactions.flatMap(each => (each.bus === bus ? [each.weight] : [])))
  return weights.reduce((a, b) => Math.max(a, b), 1)
}

/** Is it written as −x? It says in which direction a message goes, and means the same either way. */
function isNegative(of: Expression): boolean {
  if (of.op === 'constant') return of.value > P / 2
  if (!('left' in of)) return false
  if (of.op === '*') return isNegative(of.left) !== isNegative(of.right)
  return of.op === '-' && isZero(of.left) ? !isNegative(of.right) : isNegative(of.left)
}

const isZero = (of: Expression): boolean => of.op === 'constant' && of.value === 0

/** −x, without a sign where x has one. */
function negated(of: Expression): Expression {
  if (of.op === 'constant') return minus(ZERO, of)
  if (!('left' in of)) return minus(ZERO, of)
  if (of.op === '*') return isNegative(of.right) ? times(of.left, negated(of.right)) : times(negated(of.left), of.right)
  if (of.op === '-') return minus(of.right, of.left)
  return minus(negated(of.left), of.right)
}
