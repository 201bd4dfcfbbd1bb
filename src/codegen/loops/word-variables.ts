/** The C variables that stand for words of the stack in a counted loop, and for pairs that it carries. */
import { isStackAccess, type StackWord } from '../../analysis/loops/stack-words.ts'
import type { PairPlan, Start } from '../../analysis/pairs/operations.ts'
import { registerNames, STACK_POINTER } from '../../isa/registers.ts'
import type { Instr } from '../../isa/row.ts'
import { addressOf } from '../operands.ts'

/** The variable of the word at so many bytes from the stack pointer. */
export const wordName = (offset: number): string => `w${offset}`
/** The variable in which a pair of 32-bit values goes from one iteration to the next. */
export const carriedName = (index: number): string => `c${index}`

const memoryOf = ({ offset, bytes }: StackWord): string => `*(u${bytes * 8} *)(m + ${addressOf(STACK_POINTER, offset)})`
const nameOfStart = (start: Start): string =>
  start.kind === 'register' ? registerNames[start.register]! : wordName(start.offset)

export class WordVariables {
  readonly #words: readonly StackWord[]
  readonly offsets: ReadonlySet<number>
  /** Names of the halves. */
  #carried: readonly { readonly low: string; readonly high: string }[] = []

  constructor(words: readonly StackWord[]) {
    this.#words = words
    this.offsets = new Set(words.map(({ offset }) => offset))
  }

  /** The variable that an instruction accesses in place of memory. */
  nameOf(instr: Instr): string | undefined {
    return isStackAccess(instr) && this.offsets.has(instr.imm) ? wordName(instr.imm) : undefined
  }

  /** What the block that begins an iteration finds in one variable. */
  carry(carried: PairPlan['carried']): void {
    this.#carried = carried.map(({ low, high }) => ({ low: nameOfStart(low), high: nameOfStart(high) }))
  }

  /** In front of the loop. */
  get declarations(): string[] {
    const sizes = [...new Set(this.#words.map(({ bytes }) => bytes))]
    const words = sizes.map(size => {
      const own = this.#words.filter(({ bytes }) => bytes === size)
      const names = own.map(word => `${wordName(word.offset)}${word.isRead ? ` = ${memoryOf(word)}` : ''}`)
      return `  uint${size * 8}_t ${names.join(', ')};`
    })
    return [...words, ...this.#carried.map((_, index) => `  uint64_t ${this.#join(index)}`)]
  }

  /** Where an iteration begins. */
  get splits(): string[] {
    return this.#carried.map(({ low, high }, index) => {
      const name = carriedName(index)
      return `  ${low} = (reg)${name}; ${high} = (reg)(${name} >> 32);`
    })
  }

  /** Where it ends. */
  get joins(): string[] {
    return this.#carried.map((_, index) => `  ${this.#join(index)}`)
  }

  #join(index: number): string {
    const { low, high } = this.#carried[index]!
    return `${carriedName(index)} = (uint64_t)${high} << 32 | ${low};`
  }

  /** Behind the loop. */
  get stores(): string[] {
    return this.#words
      .filter(({ isWritten }) => isWritten)
      .map(word => `  ${memoryOf(word)} = ${wordName(word.offset)};`)
  }
}
