/** Names with indices: `x[0]`, `x[1]`, … are values, and together they are the list `x`. */
import { airError, type Place } from '../language/place.ts'
import type { Value } from './value.ts'

/** A name with indices that are known, and where it stands. */
export interface Named {
  readonly name: string
  readonly indices: readonly bigint[]
  readonly at: Place
}

interface Entry {
  own: Value | undefined
  readonly items: Map<number, Entry>
  /** What the items come to, until one is added. */
  list: readonly Value[] | undefined
}

const newEntry = (): Entry => ({ own: undefined, items: new Map(), list: undefined })

export const indicesText = (indices: readonly bigint[]): string => indices.map(index => `[${index}]`).join('')

/** As it is written. */
export const pathText = ({ name, indices }: Omit<Named, 'at'>): string => `${name}${indicesText(indices)}`

export class Names {
  readonly #entries = new Map<string, Entry>()

  set({ name, indices }: Omit<Named, 'at'>, value: Value): void {
    let entry = this.#entries.get(name)
    if (entry === undefined) this.#entries.set(name, (entry = newEntry()))
    for (const each of indices) {
      entry.list = undefined
      const index = Number(each)
      let item: Entry | undefined = entry.items.get(index)
      if (item === undefined) entry.items.set(index, (item = newEntry()))
      entry = item
    }
    entry.own = value
  }

  has({ name, indices }: Omit<Named, 'at'>): boolean {
    let entry = this.#entries.get(name)
    for (const index of indices) entry = entry?.items.get(Number(index))
    return entry?.own !== undefined
  }

  /** The value of that name, an element of one, or the list of values; undefined where there is none of these. */
  get({ name, indices, at }: Named): Value | undefined {
    let entry = this.#entries.get(name)
    for (const [position, index] of indices.entries()) {
      const item: Entry | undefined = entry?.items.get(Number(index))
      if (item === undefined && Array.isArray(entry?.own)) return elementOf(entry.own, indices.slice(position), at)
      entry = item
    }
    return entry && valueOf(entry)
  }
}

/** Words of these names, in order. */
export function inputs(names: readonly string[]): Names {
  const words = new Names()
  for (const [index, name] of names.entries()) words.set({ name, indices: [] }, { op: 'input', index })
  return words
}

function valueOf(entry: Entry): Value | undefined {
  if (entry.own !== undefined) return entry.own
  if (entry.list !== undefined) return entry.list
  const list: Value[] = []
  for (;;) {
    const item = entry.items.get(list.length)
    const value = item && valueOf(item)
    if (value === undefined) break
    list.push(value)
  }
  if (list.length === 0) return undefined
  // A list of lists is made anew: nobody says when one of them has grown.
  if (entry.items.get(0)!.own !== undefined) entry.list = list
  return list
}

/** @throws RvrError where the list is not that long, or the value is none */
export function elementOf(value: Value, indices: readonly bigint[], place: Place): Value {
  let item: Value | undefined = value
  for (const index of indices) {
    item = Array.isArray(item) ? (item as readonly Value[])[Number(index)] : undefined
    if (item === undefined) throw airError(place, `there is no element ${indicesText(indices)}`)
  }
  return item
}
