/** How instructions stand in the program table, from the lines that say so. */
import type { Coding } from '../air.ts'
import { airError, type Place } from '../language/place.ts'
import { wordConstant, type Word } from '../word.ts'

const MAX_OPERANDS = 7

interface Operands {
  /** The instructions that are meant; none: all of the AIR. */
  readonly names: readonly string[]
  readonly operands: readonly Word[]
  /** Of the AIR's instructions. */
  readonly opcodes: ReadonlyMap<string, number>
  readonly at: Place
}

/** @throws RvrError where there are too many operands, or no instructions that have them */
export function codingsOf({ names, operands, opcodes, at }: Operands): readonly Coding[] {
  if (operands.length > MAX_OPERANDS) throw airError(at, 'more than seven operands')
  // What has no opcode of its own counts as the first: another phantom.
  const [first] = opcodes.values()
  if (first === undefined) throw airError(at, 'operands of an AIR without instructions')
  const all = [...operands]
  while (all.length < MAX_OPERANDS) all.push(wordConstant(0n))
  const instructions = names.length === 0 ? [...opcodes.keys()] : names
  return instructions.map(instruction => ({ instruction, opcode: opcodes.get(instruction) ?? first, operands: all }))
}
