/** The shards of a guest's run and what they hand on, as plain data (docs/shards.md). */
import type { RegionName } from '../layout/shards.ts'

export interface FunctionWords {
  /** Readable name; the address where no function covers it; `LOADER` where no instruction did it. */
  readonly function: string
  readonly words: number
}

export interface InstructionWords {
  /** Address; undefined: the loader. */
  readonly pc: number | undefined
  readonly function: string
  readonly words: number
}

/** What a shard leaves to later ones, or takes up from earlier ones. */
export interface ShardSide {
  readonly words: number
  /** Words by region; only those above 0. */
  readonly regions: Partial<Record<RegionName, number>>
  /** By function of this shard, the most words first. */
  readonly functions: readonly FunctionWords[]
  /** By instruction of this shard, the most words first. */
  readonly instructions: readonly InstructionWords[]
  /** Words by instructions of copy routines. */
  readonly copied: number
}

export interface GuestShard {
  /** Instructions retired before it. */
  readonly start: number
  readonly instructions: number
  readonly externalWrites: ShardSide
  readonly externalReads: ShardSide
  /** Of `externalWrites`: the loader's alone; and heap and hint words that one instruction has initialised. */
  readonly staticLater: number
  readonly dynamicLater: number
  /** x1 … x31 that later shards take up, and that it takes up. */
  readonly registersWritten: number
  readonly registersRead: number
  /** Words accessed, and those among them that no shard had accessed before. */
  readonly words: number
  readonly fresh: number
  readonly leaves: number
  readonly zeroLeaves: number
  readonly nodes: number
  readonly zeroNodes: number
  readonly pages: number
  /** Trace cells of the memory tables for these leaves and nodes. */
  readonly memoryCells: number
  /** `wordCost` for each external write and read. */
  readonly wordCells: number
}

/** An instruction on one side of crossings; undefined: the loader. */
export interface CrossingPlace {
  readonly pc: number | undefined
  readonly function: string
  /** The copy routine that it is in, inlined or not; undefined: none. */
  readonly routine: string | undefined
}

/** Crossings of one region between two instructions, whichever shards they are in. */
export interface CrossingLine {
  readonly producer: CrossingPlace
  readonly consumer: CrossingPlace
  readonly region: RegionName
  readonly words: number
}

/** Words that a copy routine leaves or takes up, in all shards. */
export interface CopyWords {
  readonly routine: string
  /** The function that it is inlined in; undefined where it has code of its own: who called it is not known. */
  readonly caller: string | undefined
  /** External writes and external reads. */
  readonly written: number
  readonly read: number
}

/** A register that one shard leaves and a later one takes up. */
export interface RegisterLine {
  /** `ra`, `a0`, … */
  readonly register: string
  /** Numbers of the shard that accesses it last and of the one that does so next. */
  readonly from: number
  readonly to: number
  /** By which instruction; undefined where that is farther from the shard's end, or start, than the counter looks. */
  readonly producer: CrossingPlace | undefined
  readonly consumer: CrossingPlace | undefined
}

export interface ShardTotals {
  /** External writes, and external reads: the same number. */
  readonly crossings: number
  readonly staticLater: number
  readonly dynamicLater: number
  readonly registers: number
  readonly memoryCells: number
  readonly wordCells: number
}

export interface GuestShards {
  /** Instructions of all shards. */
  readonly instructions: number
  /** Cells for each external write and read. */
  readonly wordCost: number
  readonly shards: readonly GuestShard[]
  readonly totals: ShardTotals
  /** By words, the most first. */
  readonly lines: readonly CrossingLine[]
  /** By words, the most first. */
  readonly copies: readonly CopyWords[]
  /** By the shard that takes them up. */
  readonly registers: readonly RegisterLine[]
}

/** In place of a function: the image was loaded there. */
export const LOADER = '[image]'
