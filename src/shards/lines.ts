/** Crossings of all shards: by pairs of instructions, by copy routine, and those of registers. */
import { regionNames } from '../layout/shards.ts'
import { registerNames } from '../isa/registers.ts'
import type { Crossings, RegisterCrossing } from '../modes/shards/counts.ts'
import type { CodePlaces } from './code-places.ts'
import type { CopyWords, CrossingLine, CrossingPlace, RegisterLine } from './guest-shards.ts'
import { pcsOf, type Side } from './sides.ts'

const placesIn =
  (places: CodePlaces) =>
  (pc: number): CrossingPlace => {
    const { function: name, copying } = places(pc)
    return { pc: pc < 0 ? undefined : pc, function: name, routine: copying?.routine }
  }

export function registerLines(crossings: readonly RegisterCrossing[], places: CodePlaces): RegisterLine[] {
  const known = placesIn(places)
  const place = (pc: number | undefined): CrossingPlace | undefined => (pc === undefined ? undefined : known(pc))
  return crossings.map(({ producer, consumer, register, from, to }) => ({
    register: registerNames[register]!,
    from: producer,
    to: consumer,
    producer: place(from),
    consumer: place(to),
  }))
}

export function linesOf({ from, to, region, words }: Crossings, places: CodePlaces): CrossingLine[] {
  const found = new Map<string, { readonly line: number; words: number }>()
  for (const [line, count] of words.entries()) {
    const key = `${from[line]} ${to[line]} ${region[line]}`
    const known = found.get(key)
    if (known === undefined) found.set(key, { line, words: count })
    else known.words += count
  }
  const place = placesIn(places)
  return [...found.values()]
    .toSorted((a, b) => b.words - a.words || from[a.line]! - from[b.line]! || to[a.line]! - to[b.line]!)
    .map(({ line, words: count }) => ({
      producer: place(from[line]!),
      consumer: place(to[line]!),
      region: regionNames[region[line]!]!,
      words: count,
    }))
}

/** By routine and by what it is inlined in, the most words first. */
export function copiesOf(crossings: Crossings, places: CodePlaces): CopyWords[] {
  const found = new Map<string, { routine: string; caller: string | undefined; written: number; read: number }>()
  const count = (side: Side, key: 'written' | 'read'): void => {
    const pcs = pcsOf(crossings, side)
    for (const [line, words] of crossings.words.entries()) {
      const { copying } = places(pcs[line]!)
      if (copying === undefined) continue
      const name = JSON.stringify([copying.routine, copying.caller])
      let copies = found.get(name)
      if (copies === undefined) found.set(name, (copies = { ...copying, written: 0, read: 0 }))
      copies[key] += words
    }
  }
  count('producer', 'written')
  count('consumer', 'read')
  const order = ({ routine, caller = '' }: CopyWords): string => `${routine} ${caller}`
  return [...found.values()].toSorted(
    (a, b) => b.written + b.read - a.written - a.read || (order(a) < order(b) ? -1 : 1),
  )
}
