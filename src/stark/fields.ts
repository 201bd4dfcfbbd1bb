/** Reads values of an `airs.json`, which may be anything: each reader says where and what is wrong. */
import { P } from '../air/field.ts'
import { airsInvalid } from './fault.ts'

type Fields = Readonly<Record<string, unknown>>

/** An object with these fields and no others. */
export function fieldsOf(value: unknown, place: string, known: readonly string[]): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw airsInvalid(place, value, 'an object')
  const unknown = Object.keys(value).find(name => !known.includes(name))
  if (unknown !== undefined) throw airsInvalid(`${place}.${unknown}`, unknown, `one of ${known.join(', ')}`)
  return value as Fields
}

/** A list; one that is left out is empty. */
export function listOf(value: unknown, place: string, most: number): readonly unknown[] {
  if (value === undefined) return []
  if (!Array.isArray(value)) throw airsInvalid(place, value, 'a list')
  if (value.length > most) throw airsInvalid(place, value, `a list of at most ${most}`)
  return value
}

/** A whole number from `least` to `most`. */
export function numberOf(value: unknown, place: string, [least, most]: readonly [number, number]): number {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return value as number
  throw airsInvalid(place, value, `a whole number from ${least} to ${most}`)
}

/** Whole numbers, negative ones too, stand for their remainder. */
export function elementOf(value: unknown, place: string): number {
  if (!Number.isSafeInteger(value)) throw airsInvalid(place, value, 'a whole number')
  const rest = (value as number) % P
  return rest < 0 ? rest + P : rest
}

/** Columns, public values, buses: names, or how many there are. */
export interface Named {
  readonly count: number
  readonly names: ReadonlyMap<string, number>
}

export function namedOf(value: unknown, place: string, most: number): Named {
  if (typeof value === 'number') return { count: numberOf(value, place, [0, most]), names: new Map() }
  const list = listOf(value, place, most)
  const names = new Map<string, number>()
  for (const [index, name] of list.entries()) {
    if (typeof name !== 'string') throw airsInvalid(`${place}[${index}]`, name, 'a name')
    if (names.has(name)) throw airsInvalid(`${place}[${index}]`, name, 'a name that no other has')
    names.set(name, index)
  }
  return { count: list.length, names }
}

/** The index that a name or a number stands for. */
export function indexIn(value: unknown, place: string, { count, names }: Named): number {
  const index = typeof value === 'string' ? names.get(value) : value
  if (Number.isInteger(index) && (index as number) >= 0 && (index as number) < count) return index as number
  throw airsInvalid(place, value, `one of ${count}, by name or from 0`)
}
