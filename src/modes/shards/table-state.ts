/** What the area of mode `shards` holds of a suspended run, without what follows from the rest of it. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { ALONE, HINTED, LOADER, SLOT_MASK, UNKNOWN } from '../../layout/shards.ts'
import { COUNTS, FIELD } from './area-views.ts'
import type { ShardTable } from './table.ts'

const PAGE_BYTES = 4096
/** In place of the loader, who is no word's last instruction. */
const IS_HINTED = LOADER
/** Words between two turns of the event loop. */
const TURN_WORDS = 2 ** 18

const REGISTER_FIELDS = [FIELD.registerShards, FIELD.registerFrom, FIELD.registerFirst, FIELD.registerLast]

export interface TableState {
  /** Words that have been accessed, ascending; those of public values lie behind guest memory. */
  readonly words: Uint32Array
  /** The shard that accessed each of them last, from 1, and by which instruction, with marks. */
  readonly shards: Uint32Array
  readonly slots: Uint32Array
  /** Of the open shard, by `COUNTS`. */
  readonly counts: readonly number[]
  /** Registers that it has accessed, and 32 words for each of `REGISTER_FIELDS`. */
  readonly accessed: number
  readonly registers: Uint32Array
}

/** Numbers that grow in number. */
class Column {
  #values = new Uint32Array(1024)
  #length = 0

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const more = new Uint32Array(2 * this.#length)
      more.set(this.#values)
      this.#values = more
    }
    this.#values[this.#length++] = value
  }

  get length(): number {
    return this.#length
  }

  values(): Uint32Array {
    return this.#values.slice(0, this.#length)
  }
}

export async function captureTable({ views, layout }: ShardTable): Promise<TableState> {
  const { head, words, publicWords, kinds, pageStamps } = views
  const [found, shards, slots] = [new Column(), new Column(), new Column()]
  const kindOf = (word: number): number => (kinds[word >>> 2]! >> (2 * (word & 3))) & 3
  const take = (entries: Uint32Array, from: number, count: number, first: number): void => {
    for (let word = from; word < from + count; word++) {
      const shard = entries[2 * word]!
      if (shard === 0) continue
      const mark = first === 0 && kindOf(word) === HINTED ? IS_HINTED : 0
      found.push(first + word)
      shards.push(shard)
      slots.push((entries[2 * word + 1]! | mark) >>> 0)
    }
  }
  const pageWords = PAGE_BYTES / layout.wordBytes
  let taken = 0
  for (const [page, stamp] of pageStamps.entries()) {
    if (stamp === 0) continue
    take(words, page * pageWords, pageWords, 0)
    if (found.length - taken < TURN_WORDS) continue
    taken = found.length
    await nextTurn()
  }
  take(publicWords, 0, layout.publicWords, layout.wordCount)
  return {
    words: found.values(),
    shards: shards.values(),
    slots: slots.values(),
    counts: COUNTS.map(name => head[FIELD[name]]!),
    accessed: head[FIELD.registers]!,
    registers: Uint32Array.from(REGISTER_FIELDS.flatMap(field => [...head.subarray(field, field + 32)])),
  }
}

/** Fills a table that has begun; `open`: the open shard, from 1. @throws Error where the state contradicts itself */
export async function restoreTable(table: ShardTable, state: TableState, open: number): Promise<void> {
  const { head, words, publicWords, pageStamps, stamps } = table.views
  const { wordBytes, leafBytes, leaves, wordCount, publicWords: publicCount } = table.layout
  const wrong = (what: string): Error => new Error(`${what} of the shards' table`)
  const { words: found, shards, slots, counts, accessed, registers } = state
  if (shards.length !== found.length || slots.length !== found.length) throw wrong('words')
  if (registers.length !== 32 * REGISTER_FIELDS.length || counts.length !== COUNTS.length) throw wrong('registers')
  let [before, ofOpen] = [-1, 0]
  for (const [index, word] of found.entries()) {
    const [shard, slot] = [shards[index]!, slots[index]!]
    const isPublic = word >= wordCount
    const allowed = isPublic ? SLOT_MASK : SLOT_MASK | IS_HINTED | ALONE
    if (word <= before || word >= wordCount + publicCount) throw wrong('words')
    if (shard === 0 || shard > open || (slot & ~allowed) !== 0) throw wrong('accesses')
    before = word
    if (shard === open) ofOpen++
    const [entries, at] = isPublic ? [publicWords, 2 * (word - wordCount)] : [words, 2 * word]
    entries[at] = shard
    entries[at + 1] = (slot & ~IS_HINTED) >>> 0
    if (!isPublic) {
      const address = word * wordBytes
      if ((slot & IS_HINTED) !== 0) table.hinted(address, wordBytes)
      // A node's stamp is that of the last shard below it.
      let node = leaves + Math.floor(address / leafBytes)
      for (; node !== 0 && stamps[node]! < shard + 1; node >>= 1) stamps[node] = shard + 1
      const page = Math.floor(address / PAGE_BYTES)
      pageStamps[page] = Math.max(pageStamps[page]!, shard + 1)
    }
    if (index % TURN_WORDS === TURN_WORDS - 1) await nextTurn()
  }
  if (counts[COUNTS.indexOf('words')] !== ofOpen) throw wrong('counts')
  for (const [index, name] of COUNTS.entries()) head[FIELD[name]] = counts[index]!
  const isSlot = (slot: number): boolean => slot === UNKNOWN || slot <= SLOT_MASK
  const [producers, others] = [registers.subarray(0, 32), registers.subarray(32)]
  if (producers.some(shard => shard >= open) || !others.every(isSlot)) throw wrong('registers')
  for (const [index, field] of REGISTER_FIELDS.entries())
    head.set(registers.subarray(32 * index, 32 * (index + 1)), field)
  head[FIELD.registers] = accessed
  head[FIELD.shard] = open
}
