/** The system of a block before anything is optimised: rows of its instructions side by side, pinned to the program. */
import type { SystemBus } from '../air/system-buses.ts'
import type { Air, Interaction } from '../air/air.ts'
import { constant, minus, negative, plus, readsNextRow, substituted, type Expression } from '../air/expression.ts'
import { element } from '../air/field.ts'
import { RvrError } from '../errors.ts'
import { hexText } from '../hex.ts'
import { INSTRUCTION_BYTES, type Block, type Column, type Message, type Size, type System } from '../air/system.ts'

/** What blocks are built from. */
export interface BlockMachine {
  readonly airs: readonly Air[]
  readonly buses: readonly SystemBus[]
}

/** The AIR that has a row for the instruction. @throws RvrError `INPUT_INVALID` */
export function airOfOpcode({ airs }: Pick<BlockMachine, 'airs'>, opcode: number): Air {
  const found = airs.find(air => air.codings.some(coding => coding.opcode === opcode))
  if (found === undefined) throw new RvrError('INPUT_INVALID', `no AIR has instructions of opcode ${opcode}`)
  return found
}

/**
 * Columns, constraints and messages stand in program order, which is the order of time. Behind the constraints of an
 * instruction stand its pins: the row is valid, and its lookup in the program is what the program has there.
 *
 * @param blocks are executed one behind the other: more than one are a superblock
 * @throws RvrError `INPUT_INVALID` where an instruction has no AIR, or one that cannot be part of a block
 */
export function buildBlocks(machine: BlockMachine, blocks: readonly Block[]): System {
  const columns: Column[] = []
  const constraints: Expression[] = []
  const messages: Message[] = []
  for (const [index, entry] of entriesOf(blocks).entries()) {
    const own = buildInstruction(machine, entry, { index, offset: columns.length })
    for (const each of own.columns) columns.push(each)
    for (const each of own.constraints) constraints.push(each)
    for (const each of own.messages) messages.push(each)
  }
  return { buses: machine.buses, columns, constraints, messages, derived: [] }
}

/** The size of the system that `buildBlocks` makes. @throws RvrError `INPUT_INVALID` */
export function sizeOfBlocks(machine: BlockMachine, blocks: readonly Block[]): Size {
  let [columns, interactions, constraints] = [0, 0, 0]
  for (const entry of entriesOf(blocks)) {
    const air = airOfOpcode(machine, entry[1]!)
    columns += air.columns.length
    interactions += air.interactions.length
    constraints += air.constraints.length + 1 + entry.length
  }
  return { columns, interactions, constraints }
}

/** Where an instruction is in its block, and its first column there. */
export interface Place {
  readonly index: number
  readonly offset: number
}

/** The part that an instruction has in a system. @param entry pc, opcode, a … g: what is undefined is not pinned */
export function buildInstruction(
  machine: BlockMachine,
  entry: readonly (number | undefined)[],
  { index, offset }: Place,
): System {
  const air = airOfOpcode(machine, entry[1]!)
  const placed = placedIn(air, offset)
  const constraints = air.constraints.map(({ where, of }) => {
    if (where !== 'every') throw unusable(air, entry[0])
    return placed(of)
  })
  const messages = air.interactions.map(each => placedMessage(each, placed))
  for (const each of pinsOf(messages, machine.buses, entry)) constraints.push(each)
  return { buses: machine.buses, columns: columnsOf(air, { index, offset }), constraints, messages, derived: [] }
}

export const columnsOf = ({ columns }: Air, { index, offset }: Place): readonly Column[] =>
  columns.map((name, column) => ({
    id: offset + column,
    name: `${name}_${index}`,
    origin: { instruction: index, column },
  }))

/** The system of one block. @throws RvrError `INPUT_INVALID` */
export const buildBlock = (machine: BlockMachine, block: Block): System => buildBlocks(machine, [block])

/** What the program has of the instructions: pc, opcode, a … g. */
export const entriesOf = (blocks: readonly Block[]): readonly (readonly number[])[] =>
  blocks.flatMap(({ start, instructions }) =>
    instructions.map((instruction, index) => [start + INSTRUCTION_BYTES * index, ...instruction]),
  )

/** The same expression over the block's columns. */
function placedIn(air: Air, offset: number): (of: Expression) => Expression {
  const known = new Map<Expression, Expression>()
  return of => {
    const before = known.get(of)
    if (before !== undefined) return before
    if (readsNextRow(of)) throw unusable(air, undefined)
    const placed = substituted(of, leaf => {
      if (leaf.op === 'public') throw unusable(air, undefined)
      return leaf.op === 'column' ? { ...leaf, index: leaf.index + offset } : leaf
    })
    known.set(of, placed)
    return placed
  }
}

const placedMessage = ({ bus, direction, count, fields }: Interaction, placed: (of: Expression) => Expression) => ({
  bus,
  count: direction === 'send' ? placed(count) : negative(placed(count)),
  fields: fields.map(placed),
})

function pinsOf(
  own: readonly Message[],
  buses: readonly SystemBus[],
  entry: readonly (number | undefined)[],
): readonly Expression[] {
  const on = (kind: string): readonly Message[] => own.filter(({ bus }) => buses[bus]!.role.kind === kind)
  const [received] = on('state')
  const [lookup] = on('program')
  if (received === undefined || lookup === undefined || lookup.fields.length !== entry.length)
    throw new RvrError('INPUT_INVALID', `an instruction at ${hexText(entry[0] ?? 0)} has no place in the program`)
  const pins = lookup.fields.flatMap((field, index) => {
    const value = entry[index]
    return value === undefined ? [] : [minus(field, constant(element(BigInt(value))))]
  })
  return [plus(received.count, constant(1)), ...pins]
}

function unusable({ name }: Air, pc: number | undefined): RvrError {
  const place = pc === undefined ? '' : ` at ${hexText(pc)}`
  return new RvrError('INPUT_INVALID', `the AIR ${name}${place} looks at more than its row, so it fits into no block`)
}
