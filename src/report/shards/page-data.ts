/** What the page of a report of shards shows, as plain data that is short as JSON (templates/report/shards/data.js). */
import { hexText } from '../../hex.ts'
import { visible } from '../../page/page.ts'
import type { CrossingPlace, GuestShard, GuestShards } from '../../shards/guest-shards.ts'
import type { Change } from '../form/change.ts'
import { shortened } from '../form/table.ts'
import { grouped } from '../form/units.ts'
import type { Compared, ShardsComparison } from './comparison.ts'
import { totalTitle } from './comparison-tables.ts'
import { placeName } from './rows.ts'
import { cellsOf, type ShardedRun, type ShardsView } from './view.ts'

/** Rows of a table by shard at most: those shards have some that leave and take up the most words. */
const MOST_ROWS = 50_000
const NAME_COLUMNS = 200
const ALL = -1

/** Each name once. */
class Names {
  readonly list: string[] = []
  readonly #known = new Map<string, number>()

  of(name: string): number {
    let number = this.#known.get(name)
    if (number === undefined) {
      this.#known.set(name, (number = this.list.length))
      this.list.push(shortened(visible(name), NAME_COLUMNS))
    }
    return number
  }
}

/** What is counted on both sides of a shard. */
interface Entry {
  readonly name: string
  readonly pc?: number | undefined
  written: number
  read: number
}

type Side = 'written' | 'read'
type Counted = readonly (Pick<Entry, 'name' | 'pc'> & { readonly words: number })[]
type Count = (shard: GuestShard, side: Side) => Counted

const sideOf = (shard: GuestShard, side: Side) => (side === 'written' ? shard.externalWrites : shard.externalReads)
const byRegion: Count = (shard, side) =>
  Object.entries(sideOf(shard, side).regions).map(([name, words]) => ({ name, words }))
const byFunction: Count = (shard, side) =>
  sideOf(shard, side).functions.map(({ function: name, words }) => ({ name, words }))
const byInstruction: Count = (shard, side) =>
  sideOf(shard, side).instructions.map(({ pc, function: name, words }) => ({ name, pc, words }))

/** Of some shards, `top` of each side. */
function entriesOf(shards: readonly GuestShard[], count: Count, top = Infinity): Entry[] {
  const found = new Map<string, Entry>()
  for (const side of ['written', 'read'] as const) {
    for (const { name, pc, words } of shards.flatMap(shard => count(shard, side))) {
      const key = `${pc} ${name}`
      let entry = found.get(key)
      if (entry === undefined) found.set(key, (entry = { name, pc, written: 0, read: 0 }))
      entry[side] += words
    }
  }
  const entries = [...found.values()]
  const first = (side: Side): Entry[] => entries.toSorted((a, b) => b[side] - a[side]).slice(0, top)
  return [...new Set([...first('written'), ...first('read')])]
}

/** First of all shards together, then of each. */
function entryRows({ shards }: GuestShards, names: Names, count: Count, top?: number) {
  const rowOf = (shard: number, { name, pc, written, read }: Entry) => {
    const row = [shard, names.of(name), written, read]
    return pc === undefined ? row : [...row, hexText(pc)]
  }
  const rows = entriesOf(shards, count, top).map(entry => rowOf(ALL, entry))
  const wordsOf = (shard: GuestShard): number => shard.externalWrites.words + shard.externalReads.words
  for (const [number, shard] of [...shards.entries()].toSorted(([, a], [, b]) => wordsOf(b) - wordsOf(a))) {
    if (rows.length >= MOST_ROWS) break
    for (const entry of entriesOf([shard], count, top)) rows.push(rowOf(number, entry))
  }
  return rows
}

const shardRow = (shard: GuestShard, number: number): number[] => [
  number,
  shard.start,
  shard.instructions,
  shard.externalWrites.words,
  shard.staticLater,
  shard.dynamicLater,
  shard.externalReads.words,
  shard.externalWrites.copied + shard.externalReads.copied,
  shard.registersRead,
  shard.words,
  shard.leaves,
  shard.pages,
  shard.memoryCells,
  shard.wordCells,
]

function factsText({ guest, shards: { shards, instructions, totals, ...more } }: ShardedRun): string {
  const cells = grouped(cellsOf({ shards, instructions, totals, ...more }))
  const crossings = `${grouped(totals.crossings)} words and ${grouped(totals.registers)} registers cross`
  const size = `${grouped(shards.length)} shards, ${grouped(instructions)} instructions`
  return `${size}. ${crossings}. ${cells} cells of memory and words. Guest ${guest.digest}.`
}

function comparisonRows({ totals, ...lists }: ShardsComparison, top: number) {
  const row = (of: string, name: string, { base, now }: Change) => [of, name, Number(base), Number(now)] as const
  const named = (of: string, list: ShardsComparison['regions']) =>
    list.slice(0, top).map(({ name, ...change }) => row(of, shortened(visible(name), NAME_COLUMNS), change))
  return [
    ...Object.entries(totals).map(([name, change]) => row('all', totalTitle(name), change)),
    ...named('region', lists.regions),
    ...named('left by', lists.writers),
    ...named('taken up by', lists.readers),
    ...named('copy routine', lists.copies),
    ...lists.list
      .slice(0, top)
      .flatMap((shard, number) =>
        Object.entries(shard).map(([name, change]) => row(`shard ${number}`, totalTitle(name), change)),
      ),
  ]
}

export function pageData(run: ShardedRun, { top }: ShardsView, compared?: Compared) {
  const { guest, shards } = run
  const names = new Names()
  const place = (of: CrossingPlace) => [names.of(placeName(of)), of.pc === undefined ? '' : hexText(of.pc)] as const
  const regions = entryRows(shards, names, byRegion)
  const functions = entryRows(shards, names, byFunction, top)
  const instructions = entryRows(shards, names, byInstruction, top)
  const pairs = shards.lines
    .slice(0, top)
    .map(({ producer, consumer, region, words }) => [words, region, ...place(producer), ...place(consumer)])
  const copies = shards.copies
    .slice(0, top)
    .map(({ routine, caller, written, read }) => [
      names.of(routine),
      caller === undefined ? -1 : names.of(caller),
      written,
      read,
    ])
  return {
    guest: { path: visible(guest.path), digest: guest.digest },
    facts: factsText(run),
    names: names.list,
    shards: shards.shards.map(shardRow),
    regions,
    functions,
    instructions,
    pairs,
    copies,
    comparison: compared && { base: visible(compared.base), changes: comparisonRows(compared.comparison, top) },
  }
}
