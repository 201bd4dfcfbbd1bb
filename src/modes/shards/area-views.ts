/** The area of mode `shards` as typed arrays, and where the fields of its head lie. */
import type { AreaPlace } from '../../layout/area.ts'
import {
  CROSSING_PLACES,
  MOST_CROSSINGS,
  shardsIndex,
  shardsStruct,
  UNKNOWN,
  type ShardsLayout,
} from '../../layout/shards.ts'

const index = (name: string): number => shardsIndex(name)
/** Indices in `head`. */
export const FIELD = {
  shard: index('shard'),
  registers: index('registers'),
  words: index('words'),
  fresh: index('fresh'),
  leaves: index('leaves'),
  zeroLeaves: index('zero_leaves'),
  nodes: index('nodes'),
  zeroNodes: index('zero_nodes'),
  pages: index('pages'),
  crossings: index('crossings'),
  stackBelow: index('stack_below'),
  stackFrom: index('stack_from'),
  registerShards: index('register_shards'),
  registerFrom: index('register_from'),
  registerFirst: index('register_first'),
  registerLast: index('register_last'),
} as const

/** Counts of the open shard. */
export const COUNTS = ['words', 'fresh', 'leaves', 'zeroLeaves', 'nodes', 'zeroNodes', 'pages'] as const
export const CROSSING_WORDS = shardsStruct.crossing.bytes / 4

export interface AreaViews {
  readonly head: Uint32Array
  /** Shard and instruction of each word; `publicWords`: of public values. */
  readonly words: Uint32Array
  readonly publicWords: Uint32Array
  /** Four words a byte. */
  readonly kinds: Uint8Array
  readonly stamps: Uint32Array
  readonly pageStamps: Uint32Array
  readonly list: Uint32Array
  readonly places: Uint32Array
}

export function areaViews({ buffer, offset }: AreaPlace, layout: ShardsLayout): AreaViews {
  const words = (at: number, count: number): Uint32Array => new Uint32Array(buffer, offset + at, count)
  return {
    head: words(0, shardsStruct.bytes / 4),
    words: words(layout.wordsAt, layout.wordCount * 2),
    publicWords: words(layout.publicAt, layout.publicWords * 2),
    kinds: new Uint8Array(buffer, offset + layout.kindsAt, layout.wordCount / 4),
    stamps: words(layout.stampsAt, layout.leaves * 2),
    pageStamps: words(layout.pageStampsAt, layout.pages),
    list: words(layout.crossingsAt, MOST_CROSSINGS * CROSSING_WORDS),
    places: words(layout.placesAt, CROSSING_PLACES),
  }
}

/** The open shard has accessed no register yet that anybody knows of. */
export function forgetAccesses(head: Uint32Array): void {
  for (const field of [FIELD.registerFirst, FIELD.registerLast]) head.fill(UNKNOWN, field, field + 32)
}
