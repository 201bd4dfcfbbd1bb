/** The C variables that stand for words of the stack in a counted loop. */
import { isStackAccess, type StackWord } from '../../analysis/loops/stack-words.ts'
import { STACK_POINTER } from '../../isa/registers.ts'
import type { Instr } from '../../isa/row.ts'
import { addressOf } from '../operands.ts'

/**
 * The variables of one loop's words, and pairs of 32-bit values that go from iteration to iteration in one variable.
 */
export class WordVariables {
  readonly #words: readonly StackWord[]
  readonly #byOffset: ReadonlyMap<number, StackWord>
  readonly #carried: { readonly low: string; readonly high: string }[] = []

  constructor(words: readonly StackWord[]) {
    this.#words = words
    this.#byOffset = new Map(words.map(word => [word.offset, word]))
  }

  /** The variable that an instruction accesses in place of memory. */
  nameOf(instr: Instr): string | undefined {
    const word = isStackAccess(instr) ? this.#byOffset.get(instr.imm) : undefined
    return word && variable(word)
  }

  /**
   * The variable that holds two values of 32 bits, which these variables hold where an iteration begins; undefined
   * where one of them is held otherwise already.
   */
  carry(low: string, high: string): string | undefined {
    const known = this.#carried.findIndex(pair => pair.low === low && pair.high === high)
    if (known >= 0) return `c${known}`
    if (low === high || this.#carried.some(pair => [pair.low, pair.high].some(name => name === low || name === high)))
      return undefined
    return `c${this.#carried.push({ low, high }) - 1}`
  }

  /** In front of the loop. */
  get declarations(): string[] {
    const sizes = [...new Set(this.#words.map(({ bytes }) => bytes))]
    return [
      ...sizes.map(
        size =>
          `  uint${size * 8}_t ${this.#words
            .filter(({ bytes }) => bytes === size)
            .map(
              word =>
                `${variable(word)}${word.isRead ? ` = *(u${size * 8} *)(m + ${addressOf(STACK_POINTER, word.offset)})` : ''}`,
            )
            .join(', ')};`,
      ),
      ...this.#carried.map((_, index) => `  uint64_t ${this.#join(index)}`),
    ]
  }

  /** Where an iteration begins. */
  get splits(): string[] {
    return this.#carried.map(({ low, high }, index) => `  ${low} = (reg)c${index}; ${high} = (reg)(c${index} >> 32);`)
  }

  /** Where it ends. */
  get joins(): string[] {
    return this.#carried.map((_, index) => `  ${this.#join(index)}`)
  }

  #join(index: number): string {
    const { low, high } = this.#carried[index]!
    return `c${index} = (uint64_t)${high} << 32 | ${low};`
  }

  /** Behind the loop. */
  get stores(): string[] {
    return this.#words
      .filter(({ isWritten }) => isWritten)
      .map(word => `  *(u${word.bytes * 8} *)(m + ${addressOf(STACK_POINTER, word.offset)}) = ${variable(word)};`)
  }
}

const variable = ({ offset }: StackWord): string => `w${offset}`
