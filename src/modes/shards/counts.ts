/** What mode `shards` reports of a run: its shards, and the crossings between them as columns (docs/shards.md). */

/** A shard by itself. */
export interface ShardTotals {
  /** Instructions retired before it. */
  readonly start: number
  readonly instructions: number
  /** Words of memory and public values that it accesses; `fresh`: those that no shard had accessed before. */
  readonly words: number
  readonly fresh: number
  /** Leaves of the memory tree, and nodes above them as high as guest memory's own tree. */
  readonly leaves: number
  readonly nodes: number
  /** Those among them that held nothing but zeros until then. */
  readonly zeroLeaves: number
  readonly zeroNodes: number
  /** Pages of 4096 bytes. */
  readonly pages: number
}

/**
 * Words that one shard leaves and another takes up, by the instructions that do so: of one shard to another, one pair
 * of instructions and one region there is one line.
 */
export interface Crossings {
  readonly producer: Uint32Array
  readonly consumer: Uint32Array
  /** Addresses of the last access there and of the first one here; −1: the image's loader. */
  readonly from: Int32Array
  readonly to: Int32Array
  /** Index in `regionNames` (layout/shards.ts). */
  readonly region: Uint8Array
  /** 1: that store was the only access there, and the first of all. */
  readonly alone: Uint8Array
  readonly words: Float64Array
}

/** A register that one shard accesses last and another takes up. */
export interface RegisterCrossing {
  readonly producer: number
  readonly consumer: number
  /** 1 … 31 */
  readonly register: number
  /** Addresses of the last access there and of the first one here; undefined where they are not known. */
  readonly from: number | undefined
  readonly to: number | undefined
}

export interface ShardCounts {
  /** The last one is the open one where the guest can go on. */
  readonly shards: readonly ShardTotals[]
  readonly crossings: Crossings
  readonly registers: readonly RegisterCrossing[]
}

export interface ShardsResult {
  readonly shards: ShardCounts
}
