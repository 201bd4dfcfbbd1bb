/** The system of a block before anything is optimised: rows of its instructions side by side, pinned to the program. */
import type { SystemBus } from './buses.ts'
import type { Air, Interaction } from '../air/air.ts'
import { constant, minus, negative, plus, readsNextRow, substituted, type Expression } from '../air/expression.ts'
import { element } from '../air/field.ts'
import { RvrError } from '../errors.ts'
import { hexText } from '../hex.ts'
import { INSTRUCTION_BYTES, type Block, type Column, type Message, type System } from './system.ts'

/** What blocks are built from. */
export interface BlockMachine {
  readonly airs: readonly Air[]
  readonly buses: readonly SystemBus[]
}

/** The AIR that has a row for the instruction. @throws RvrError `INPUT_INVALID` */
export function airOfOpcode({ airs }: BlockMachine, opcode: number): Air {
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
  for (const [index, { pc, instruction }] of blocks.flatMap(placedInstructions).entries()) {
    const air = airOfOpcode(machine, instruction[0]!)
    const placed = placedIn(air, columns.length)
    for (const [column, name] of air.columns.entries())
      columns.push({ id: columns.length, name: `${name}_${index}`, origin: { instruction: index, column } })
    for (const { where, of } of air.constraints) {
      if (where !== 'every') throw unusable(air, pc)
      constraints.push(placed(of))
    }
    const own = air.interactions.map(each => placedMessage(each, placed))
    for (const each of own) messages.push(each)
    for (const each of pinsOf(own, machine.buses, [pc, ...instruction])) constraints.push(each)
  }
  return { buses: machine.buses, columns, constraints, messages, derived: [] }
}

/** The system of one block. @throws RvrError `INPUT_INVALID` */
export const buildBlock = (machine: BlockMachine, block: Block): System => buildBlocks(machine, [block])

const placedInstructions = ({ start, instructions }: Block) =>
  instructions.map((instruction, index) => ({ pc: start + INSTRUCTION_BYTES * index, instruction }))

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

function pinsOf(own: readonly Message[], buses: readonly SystemBus[], entry: readonly number[]): readonly Expression[] {
  const on = (kind: string): readonly Message[] => own.filter(({ bus }) => buses[bus]!.role.kind === kind)
  const [received] = on('state')
  const [lookup] = on('program')
  if (received === undefined || lookup === undefined || lookup.fields.length !== entry.length)
    throw new RvrError('INPUT_INVALID', `an instruction at ${hexText(entry[0]!)} has no place in the program`)
  const pins = lookup.fields.map((field, index) => minus(field, constant(element(BigInt(entry[index]!)))))
  return [plus(received.count, constant(1)), ...pins]
}

function unusable({ name }: Air, pc: number | undefined): RvrError {
  const place = pc === undefined ? '' : ` at ${hexText(pc)}`
  return new RvrError('INPUT_INVALID', `the AIR ${name}${place} looks at more than its row, so it fits into no block`)
}
