/** The area of mode `shards` in front of an instance's dispatch table: who accessed each word last, and crossings. */
import { offsetIn, readLayout, structHeader, type StructLayout } from './struct.ts'

interface ShardsStruct extends StructLayout {
  readonly word: StructLayout
  readonly crossing: StructLayout
}

export const shardsStruct = readLayout<ShardsStruct>('shards')

/** Index of a head's field in the area as words of 32 bits. */
export const shardsIndex = (name: string): number => offsetIn(shardsStruct, name) / 4

/** Guest memory, which elf/image.ts has as MEMORY_BYTES; public values at most; a page. */
const MEMORY = 2 ** 29
const PUBLIC_BYTES = 2 ** 20
const PAGE_BYTES = 4096

/** Instructions are numbered by their slot from address 0, modulo guest memory. A slot has 2 bytes at least. */
export const SLOT_MASK = MEMORY / 2 - 1
/** The image's loader, in place of an instruction. */
export const LOADER = 2 ** 30
/** The word's first access of all was a store, and there has been no other in that shard. */
export const ALONE = 2 ** 31
/** No instruction: native code does not tell who accesses registers. */
export const UNKNOWN = 2 ** 32 - 1
/** Where the region lies in `to`. */
export const REGION_SHIFT = 28

/** What is known of a word beside who accessed it, two bits each. */
export const PLAIN = 0
export const LOADED = 1
export const ZEROED = 2
export const HINTED = 3

/** Regions of memory by number. */
export const regionNames = ['static', 'stack', 'heap', 'hint', 'public'] as const
export type RegionName = (typeof regionNames)[number]
export const STATIC = 0
export const STACK = 1
export const HEAP = 2
export const HINT = 3
export const PUBLIC = 4

/** Room in the list of crossings, and places of the hash table that finds them. */
export const MOST_CROSSINGS = 2 ** 19
export const CROSSING_PLACES = 2 ** 20
/** Native code calls extensions as long as there are no more lines behind the call, for sure. */
export const CALL_LINES = MOST_CROSSINGS / 4

/** Stamps of nodes of the memory tree: 0 never touched, this one for what the image holds; shard n has n + 1. */
export const IMAGE_STAMP = 1

/** Where the tables lie: bytes from the area's start. */
export interface ShardsLayout {
  readonly wordBytes: 4 | 8
  readonly leafBytes: number
  readonly wordCount: number
  /** Leaves of guest memory; node n of the tree has the nodes 2n and 2n + 1 below it, leaf i is node `leaves` + i. */
  readonly leaves: number
  readonly pages: number
  readonly publicWords: number
  /** A word's entry each. */
  readonly wordsAt: number
  /** The same for public values. */
  readonly publicAt: number
  /** Two bits for each word. */
  readonly kindsAt: number
  /** A stamp for each node. */
  readonly stampsAt: number
  /** A stamp for each page. */
  readonly pageStampsAt: number
  readonly crossingsAt: number
  /** Number of an entry plus 1; 0: none. */
  readonly placesAt: number
  readonly areaBytes: number
}

export function shardsLayout(xlen: 32 | 64, leafBytes: number): ShardsLayout {
  const wordBytes = (xlen / 8) as 4 | 8
  const wordCount = MEMORY / wordBytes
  const leaves = MEMORY / leafBytes
  const pages = MEMORY / PAGE_BYTES
  const publicWords = PUBLIC_BYTES / wordBytes
  let end = shardsStruct.bytes
  const part = (bytes: number): number => {
    const at = end
    end += Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES
    return at
  }
  return {
    wordBytes,
    leafBytes,
    wordCount,
    leaves,
    pages,
    publicWords,
    wordsAt: part(wordCount * shardsStruct.word.bytes),
    publicAt: part(publicWords * shardsStruct.word.bytes),
    kindsAt: part(wordCount / 4),
    stampsAt: part(2 * leaves * 4),
    pageStampsAt: part(pages * 4),
    crossingsAt: part(MOST_CROSSINGS * shardsStruct.crossing.bytes),
    placesAt: part(CROSSING_PLACES * 4),
    areaBytes: end,
  }
}

/** The C declarations, the places of the tables, and the numbers of the rules. */
export function shardsHeader(layout: ShardsLayout): string {
  const structs: readonly [StructLayout, string, string][] = [
    [shardsStruct, 'rvr_shards', 'The head of the area of mode shards in front of the dispatch table.'],
    [shardsStruct.word, 'rvr_word', 'A word of guest memory.'],
    [shardsStruct.crossing, 'rvr_crossing', 'Words that the open shard has from an earlier one.'],
  ]
  const numbers = {
    SHARDS_WORDS: layout.wordsAt,
    SHARDS_KINDS: layout.kindsAt,
    SHARDS_STAMPS: layout.stampsAt,
    SHARDS_PAGE_STAMPS: layout.pageStampsAt,
    SHARDS_CROSSINGS: layout.crossingsAt,
    SHARDS_PLACES: layout.placesAt,
    SHARDS_CALL_LINES: CALL_LINES,
    SHARDS_PLACE_MASK: CROSSING_PLACES - 1,
    SHARDS_LEAVES: layout.leaves,
    SHARDS_LEAF_BYTES: layout.leafBytes,
    SHARDS_PAGE_BYTES: PAGE_BYTES,
    SHARDS_LOADER: LOADER,
    SHARDS_REGION_SHIFT: REGION_SHIFT,
    SHARDS_LOADED: LOADED,
    SHARDS_ZEROED: ZEROED,
    SHARDS_HINTED: HINTED,
    SHARDS_STATIC: STATIC,
    SHARDS_STACK: STACK,
    SHARDS_HEAP: HEAP,
    SHARDS_HINT: HINT,
  }
  const constants = Object.entries(numbers).map(([name, value]) => `${name} = ${value}`)
  const declarations = structs.map(([struct, tag, comment]) => structHeader(struct, tag, comment))
  return `${declarations.join('')}enum { ${constants.join(', ')} };\nstatic const uint32_t SHARDS_ALONE = ${ALONE}u;\n`
}
