/** Crossings as they are added up: one line for each pair of instructions, shards and regions. */
import type { Crossings } from './counts.ts'

export interface Crossing {
  readonly producer: number
  readonly consumer: number
  readonly from: number
  readonly to: number
  readonly region: number
  readonly alone: boolean
}

/** Plain columns that grow. */
export class CrossingList {
  readonly #lines = new Map<string, { readonly crossing: Crossing; words: number }>()

  add(crossing: Crossing, words: number): void {
    const { producer, consumer, from, to, region, alone } = crossing
    const key = `${producer} ${consumer} ${from} ${to} ${region} ${alone ? 1 : 0}`
    const line = this.#lines.get(key)
    if (line === undefined) this.#lines.set(key, { crossing, words })
    else line.words += words
  }

  /** Adds lines of columns. */
  addAll(columns: Crossings): void {
    for (const [line, words] of columns.words.entries()) {
      const [producer, consumer] = [columns.producer[line]!, columns.consumer[line]!]
      const [from, to] = [columns.from[line]!, columns.to[line]!]
      const crossing = { producer, consumer, from, to, region: columns.region[line]!, alone: columns.alone[line] === 1 }
      this.add(crossing, words)
    }
  }

  /** By consumer, then by producer and instructions. */
  columns(): Crossings {
    const lines = [...this.#lines.values()].toSorted(({ crossing: a }, { crossing: b }) => order(a, b))
    const column = (value: (crossing: Crossing) => number): number[] => lines.map(({ crossing }) => value(crossing))
    return {
      producer: Uint32Array.from(column(({ producer }) => producer)),
      consumer: Uint32Array.from(column(({ consumer }) => consumer)),
      from: Int32Array.from(column(({ from }) => from)),
      to: Int32Array.from(column(({ to }) => to)),
      region: Uint8Array.from(column(({ region }) => region)),
      alone: Uint8Array.from(column(({ alone }) => (alone ? 1 : 0))),
      words: Float64Array.from(lines, ({ words }) => words),
    }
  }
}

const order = (a: Crossing, b: Crossing): number =>
  a.consumer - b.consumer ||
  a.producer - b.producer ||
  a.from - b.from ||
  a.to - b.to ||
  a.region - b.region ||
  Number(a.alone) - Number(b.alone)
