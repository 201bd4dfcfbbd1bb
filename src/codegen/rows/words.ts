/** Rules of an AIR as C: words of 64 bits, each computed once. */
import { wordFunctions, type Word, type WordFunction, type WordOperator } from '../../air/word.ts'

/** C over operands; what C leaves undefined is what words say it is (templates/rows/words.h). */
const OPERATORS: Readonly<Record<WordOperator, (a: string, b: string) => string>> = {
  '+': (a, b) => `${a} + ${b}`,
  '-': (a, b) => `${a} - ${b}`,
  '*': (a, b) => `${a} * ${b}`,
  '/': (a, b) => `word_div(${a}, ${b})`,
  '%': (a, b) => `word_rem(${a}, ${b})`,
  '&': (a, b) => `${a} & ${b}`,
  '|': (a, b) => `${a} | ${b}`,
  '^': (a, b) => `${a} ^ ${b}`,
  '<<': (a, b) => `word_shl(${a}, ${b})`,
  '>>': (a, b) => `word_shr(${a}, ${b})`,
  '==': (a, b) => `(uint64_t)(${a} == ${b})`,
  '!=': (a, b) => `(uint64_t)(${a} != ${b})`,
  '<': (a, b) => `(uint64_t)(${a} < ${b})`,
  '<=': (a, b) => `(uint64_t)(${a} <= ${b})`,
  '>': (a, b) => `(uint64_t)(${a} > ${b})`,
  '>=': (a, b) => `(uint64_t)(${a} >= ${b})`,
}

const isFunction = (name: string): name is WordFunction => name in wordFunctions
const constantText = (value: bigint): string => (value < 1024n ? `${value}` : `0x${value.toString(16)}u`)

/** What the leaves of words are called in C. */
export interface LeafNames {
  readonly input: (index: number) => string
  readonly old: (access: number) => string
  readonly last: (access: number) => string
  readonly register: (number: string) => string
}

const notThere = (): never => {
  throw new Error('these rules are over inputs alone')
}

/** Inputs are an array; there are no accesses. */
export const INPUTS_ALONE: LeafNames = {
  input: index => `in[${index}]`,
  old: notThere,
  last: notThere,
  register: notThere,
}

/** Names and numbers are no work. */
const isName = (text: string): boolean => /^\w+$/.test(text)

/** Statements that compute words into variables, and the C expressions that name them. */
export class WordWriter {
  readonly lines: string[] = []
  readonly #known = new Map<Word, string>()
  /** Words of one text are one variable, whichever object says them. */
  readonly #byText = new Map<string, string>()
  readonly #prefix: string
  readonly #names: LeafNames

  constructor(prefix: string, names: LeafNames = INPUTS_ALONE) {
    this.#prefix = prefix
    this.#names = names
  }

  /** A constant, or a variable that holds the word from here on. */
  value(word: Word): string {
    const known = this.#known.get(word)
    if (known !== undefined) return known
    const text = this.#text(word)
    const name = isName(text) ? text : this.#variable(text)
    this.#known.set(word, name)
    return name
  }

  #variable(text: string): string {
    const known = this.#byText.get(text)
    if (known !== undefined) return known
    const name = `${this.#prefix}${this.#byText.size}`
    this.#byText.set(text, name)
    this.lines.push(`uint64_t ${name} = ${text};`)
    return name
  }

  #text(word: Word): string {
    switch (word.op) {
      case 'constant':
        return constantText(word.value)
      case 'input':
        return this.#names.input(word.index)
      case 'old':
        return this.#names.old(word.access)
      case 'last':
        return this.#names.last(word.access)
      case 'register':
        return this.#names.register(this.value(word.of))
      case 'binary':
        return OPERATORS[word.operator](this.value(word.left), this.value(word.right))
      case 'call':
        if (!isFunction(word.name)) throw new Error(`no C for the function ${String(word.name)}`)
        return `word_${word.name}(${word.args.map(arg => this.value(arg)).join(', ')})`
      // Words have no effects and no undefined values, so the side that is not chosen may be computed too.
      case 'choice': {
        const [condition, chosen, otherwise] = [word.condition, word.chosen, word.otherwise].map(each =>
          this.value(each),
        )
        return `${condition} != 0 ? ${chosen} : ${otherwise}`
      }
    }
  }
}
