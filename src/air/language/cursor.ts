/** Reads the tokens of one line, left to right. */
import { airError, type Place } from './place.ts'
import type { Line, Token } from './tokens.ts'

export class Cursor {
  readonly #tokens: readonly Token[]
  #next = 0

  constructor({ tokens }: Line) {
    this.#tokens = tokens
  }

  get at(): Place {
    const token = this.#tokens[this.#next]
    if (token !== undefined) return token.at
    const { at, text } = this.#tokens.at(-1)!
    return { ...at, column: at.column + text.length }
  }

  get done(): boolean {
    return this.#next === this.#tokens.length
  }

  peek(ahead = 0): string | undefined {
    return this.#tokens[this.#next + ahead]?.text
  }

  /** Takes `text` if it comes next. */
  took(text: string): boolean {
    if (this.peek() !== text) return false
    this.#next++
    return true
  }

  expect(text: string): void {
    if (!this.took(text)) throw airError(this.at, `${this.#found()} where ${text} was expected`)
  }

  take(kind: Token['kind'], wanted: string): Token {
    const token = this.#tokens[this.#next]
    if (token?.kind !== kind) throw airError(this.at, `${this.#found()} where ${wanted} was expected`)
    this.#next++
    return token
  }

  name(wanted = 'a name'): string {
    return this.take('name', wanted).text
  }

  number(): bigint {
    return BigInt(this.take('number', 'a number').text)
  }

  /** `item`s with commas between them. */
  separated<Item>(item: () => Item): Item[] {
    const items = [item()]
    while (this.took(',')) items.push(item())
    return items
  }

  end(): void {
    if (!this.done) throw airError(this.at, `${this.#found()} where the line should end`)
  }

  #found(): string {
    return this.peek() ?? 'the end of the line'
  }
}
