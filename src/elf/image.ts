/** What the ELF reader hands on: the guest as bytes to load, ranges that hold code, and symbols. */

export type Xlen = 32 | 64

/** One PT_LOAD program header. Addresses and sizes in bytes; `bytes.length` is p_filesz, `memorySize` is p_memsz. */
export interface Segment {
  readonly address: number
  readonly bytes: Uint8Array
  readonly memorySize: number
  readonly readable: boolean
  readonly writable: boolean
  readonly executable: boolean
}

export interface ElfSymbol {
  readonly name: string
  readonly address: number
  readonly size: number
  readonly kind: 'function' | 'object' | 'other'
}

/** Addresses from `from` up to `to`. */
export interface AddressRange {
  readonly from: number
  readonly to: number
}

/**
 * Disjoint ranges in ascending order. A file may say nothing about an address, or contradict itself, and what it says
 * may be wrong: this decides what is worth compiling, never what a guest does.
 */
export interface SectionRanges {
  readonly code: readonly AddressRange[]
  readonly data: readonly AddressRange[]
}

/** Addresses `base` … `base + bytes − 1`. */
export interface MemoryWindow {
  readonly base: number
  readonly bytes: number
}

/** Memory that a guest has: reserved as a whole, committed where it is touched. */
export interface MemoryMap extends MemoryWindow {
  /** Symbols of 8-byte words in it that the guest's host looks at. */
  readonly watched?: readonly string[] | undefined
}

/** A parsed and accepted guest (docs/guest-abi.md, "The file"). Immutable. */
export interface Image {
  readonly xlen: Xlen
  readonly entry: number
  /** Where its segments lie, and all that it can access: what its ABI says. */
  readonly memory: MemoryMap
  /** What of it native code may access by itself: the greatest part in which the host looks at nothing. */
  readonly direct: MemoryWindow
  /** PT_LOAD segments ordered by address; they do not overlap. */
  readonly segments: readonly Segment[]
  /** Defined symbols ordered by address; empty where the file has none. */
  readonly symbols: readonly ElfSymbol[]
  /** What section headers say about addresses. */
  readonly sections: SectionRanges
  /**
   * The instruction set that the guest was compiled for, such as `rv64i2p1_m2p0`; undefined where the file does not
   * say.
   */
  readonly architecture: string | undefined
  /** Does the file say, by its flags or its architecture, that it has compressed instructions? */
  readonly isCompressed: boolean
  /** First address behind the highest segment. */
  readonly end: number
  /** The whole file; the segments are views of it. */
  readonly file: Uint8Array
  /** SHA-256 of the file's bytes, 64 hex digits. */
  readonly digest: string
}

/** Bytes of guest memory that machines know, at 0 (docs/guest-abi.md, "Memory and registers"). */
export const MEMORY_BYTES = 2 ** 29
/** All addresses of guests lie below. */
export const ADDRESSES = 2 ** 32
export const DEFAULT_MEMORY: MemoryMap = { base: 0, bytes: MEMORY_BYTES }

/** First address behind a window. */
export const windowEnd = ({ base, bytes }: MemoryWindow): number => base + bytes

/** Tells images apart, those of one file that lie in other memory included. */
export const imageKey = ({ digest, memory }: Pick<Image, 'digest' | 'memory'>): string =>
  `${digest} ${JSON.stringify(memory)}`

export const isDefaultMemory = ({ base, bytes, watched }: MemoryMap): boolean =>
  base === 0 && bytes === MEMORY_BYTES && watched === undefined
