/** Words of the stack that a counted loop keeps in variables: the host may have registers for them. */
import { STACK_POINTER } from '../../isa/registers.ts'
import { writes } from '../../isa/registers-used.ts'
import type { Instr } from '../../isa/row.ts'

export interface StackWord {
  /** From the stack pointer, in bytes, and its size. */
  readonly offset: number
  readonly bytes: number
  /** Is it read in an iteration before that writes it? */
  readonly isRead: boolean
  readonly isWritten: boolean
}

/**
 * With fewer accesses, what is read in front of the loop and written behind it costs as much; and shorter loops are
 * slow where only one iteration runs at a time.
 */
const FEWEST_ACCESSES = 8
const SHORTEST = 24

/**
 * Words that all accesses of the loop relative to the stack pointer take as a whole, where it stands still and nothing
 * is called. `instrs`: those of an iteration in their order.
 */
export function stackWords(instrs: readonly Instr[]): StackWord[] {
  const words = new Map<number, { offset: number; bytes: number; isRead: boolean; isWritten: boolean }>()
  const accesses: { offset: number; bytes: number }[] = []
  for (const instr of instrs) {
    const { row, imm: offset } = instr
    if (writes(instr) === 1 << STACK_POINTER || row.kind === 'call') return []
    if (!isStackAccess(instr) || (row.kind !== 'load' && row.kind !== 'store')) continue
    const bytes = row.width
    accesses.push({ offset, bytes })
    const word = words.get(offset) ?? { offset, bytes, isRead: false, isWritten: false }
    if (row.kind === 'store') word.isWritten = true
    else if (!word.isWritten) word.isRead = true
    words.set(offset, word)
  }
  return [...words.values()].filter(word => accesses.every(other => meetsAsWhole(word, other)))
}

/** Those of the words that are worth a variable. */
export function worthKeeping(words: readonly StackWord[], instrs: readonly Instr[]): StackWord[] {
  const kept = words.filter(({ offset, bytes }) => offset >= 0 && bytes >= 4)
  const accesses = instrs.filter(
    instr => isStackAccess(instr) && kept.some(({ offset }) => offset === instr.imm),
  ).length
  return instrs.length < SHORTEST || accesses < FEWEST_ACCESSES ? [] : kept.toSorted((a, b) => a.offset - b.offset)
}

/** Is it a load or store relative to the stack pointer? */
export const isStackAccess = ({ row, rs1 }: Instr): boolean =>
  (row.kind === 'load' || row.kind === 'store') && rs1 === STACK_POINTER

const meetsAsWhole = (word: Pick<StackWord, 'offset' | 'bytes'>, other: Pick<StackWord, 'offset' | 'bytes'>): boolean =>
  other.offset === word.offset
    ? other.bytes === word.bytes
    : other.offset >= word.offset + word.bytes || other.offset + other.bytes <= word.offset
