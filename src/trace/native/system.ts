/** A guest's memory tree in native memory, and the tables that tie segments to it. */
import { RvrError } from '../../errors.ts'
import { Owned } from '../../load/owned.ts'
import type { Node } from '../system/tree.ts'
import { TOUCHED_BYTES } from './records.ts'
import { perform, type NativeWork, type SystemLibrary } from './system-library.ts'

/** What a guest holds. It has to stay as it is while a function reads it. */
export interface Held {
  readonly memory: Uint8Array
  /** All 32. */
  readonly registers: ArrayLike<bigint>
  readonly publicValues: Uint8Array
}

export interface TreeOptions extends NativeWork {
  /** Most bytes that hashes may take. */
  readonly maxBytes: number
  /** Pages of memory, of 4096 bytes each, that may be not zero, ascending; where absent, they are found. */
  readonly pages?: Uint32Array | undefined
}

const REGISTERS = 32
const HASH_WORDS = 8
/** Numbers of rows, then the roots. */
const OUTCOME_BYTES = 3 * 8 + 2 * HASH_WORDS * 4

const noRoom = (maxBytes: number) => (): RvrError =>
  new RvrError('USAGE', `the hashes of the guest's memory take more than ${maxBytes} bytes, or than the host has`, {
    hint: 'Raise maxMemoryBytes.',
    details: { limit: maxBytes },
  })

function standing({ memory, registers, publicValues }: Held): readonly unknown[] {
  const copy = new BigUint64Array(REGISTERS)
  copy.set(registers)
  return [memory, memory.length, copy, publicValues, publicValues.length]
}

/** Kept from segment to segment: it stands where the last one ended. */
export class NativeTree {
  readonly #library: SystemLibrary
  readonly #tree: Owned
  readonly #maxBytes: number
  /** Segments go one after another. */
  #last: Promise<unknown> = Promise.resolve()

  private constructor(library: SystemLibrary, address: bigint, maxBytes: number) {
    this.#library = library
    this.#maxBytes = maxBytes
    this.#tree = new Owned('the memory tree', address, each => void library.rvr_tree_free(each))
  }

  /**
   * The tree over what a guest holds, hashed in parallel, on other threads.
   *
   * @throws RvrError `ABORTED`; `USAGE` where it takes more memory than is allowed
   */
  static async create(library: SystemLibrary, held: Held, options: TreeOptions): Promise<NativeTree> {
    const { pages, maxBytes } = options
    const out = new BigUint64Array(1)
    const args = [...standing(held), pages ?? null, pages?.length ?? 0, maxBytes]
    const call = { function: library.rvr_tree_create, args, rest: [out] }
    await perform('hashing memory', call, options, { 'no memory': noRoom(maxBytes) })
    return new NativeTree(library, out[0]!, maxBytes)
  }

  /** Bytes that its hashes take. */
  bytes(): Promise<number> {
    return this.#tree.use(async address => Number(this.#library.rvr_tree_bytes(address)))
  }

  /** A node, of which at least four leaves are: the hash where the tree stands. */
  hash({ height, index }: Node): Promise<Uint32Array> {
    return this.#tree.use(async address => {
      const hash = new Uint32Array(HASH_WORDS)
      this.#library.rvr_tree_hash(address, height, index, hash)
      return hash
    })
  }

  /**
   * Takes the tree through a segment. Where it fails, the tree is where it was.
   *
   * @param touched the blocks that the segment has accessed, TOUCHED_BYTES each, by space and number
   * @param held what the guest holds at the segment's end, until this is done
   * @throws RvrError `ABORTED`; `UNPROVABLE` where a table gets too high; `INTERNAL` where the blocks are not what the
   *   tree has, or in no order
   */
  pass(touched: Uint8Array, held: Held, work: NativeWork): Promise<SegmentPlan> {
    const next = this.#last.then(() => this.#pass(touched, held, work))
    this.#last = next.catch(() => {})
    return next
  }

  #pass(touched: Uint8Array, held: Held, work: NativeWork): Promise<SegmentPlan> {
    return this.#tree.use(async address => {
      const out = new BigUint64Array(1)
      const outcome = new Uint8Array(OUTCOME_BYTES)
      const args = [address, touched, Math.floor(touched.length / TOUCHED_BYTES), ...standing(held)]
      const call = { function: this.#library.rvr_plan_create, args, rest: [out, outcome] }
      await perform("hashing a segment's memory", call, work, {
        'no memory': noRoom(this.#maxBytes),
        refused: () => new RvrError('INTERNAL', 'touched blocks are out of order, or are none'),
        'too high': () =>
          new RvrError('UNPROVABLE', 'the segment touches so much memory that a table gets more than 2^24 rows', {
            hint: 'Cut smaller segments with a lower maxTraceHeight.',
            details: { reason: 'height' },
          }),
        diverged: () =>
          new RvrError('INTERNAL', "what touched blocks held at the segment's start is not what the memory tree has"),
      })
      return new SegmentPlan(this.#library, out[0]!, outcome)
    })
  }

  dispose(): void {
    this.#tree.dispose()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }
}

/** A table for each of them, or what of it. */
export interface OfMemory<Item> {
  readonly boundary: Item
  readonly merkle: Item
  readonly hash: Item
}

/** What a segment has done to memory: heights at first, then rows at their places. */
export class SegmentPlan {
  /** Rows without padding. */
  readonly rows: OfMemory<number>
  readonly rootBefore: readonly number[]
  readonly rootAfter: readonly number[]
  readonly #library: SystemLibrary
  readonly #plan: Owned

  constructor(library: SystemLibrary, address: bigint, outcome: Uint8Array) {
    this.#library = library
    this.#plan = new Owned("the segment's plan", address, each => void library.rvr_plan_free(each))
    const [boundary, merkle, hash] = new BigUint64Array(outcome.buffer, 0, 3)
    this.rows = { boundary: Number(boundary), merkle: Number(merkle), hash: Number(hash) }
    const roots = new Uint32Array(outcome.buffer, 3 * 8)
    this.rootBefore = [...roots.subarray(0, HASH_WORDS)]
    this.rootAfter = [...roots.subarray(HASH_WORDS)]
  }

  /**
   * Writes the tables, padding too, in parallel, on other threads. Their heights are what the cells have room for.
   *
   * @throws RvrError `ABORTED`; `INTERNAL` where a table is lower than its rows
   */
  fill({ boundary, merkle, hash }: OfMemory<Uint32Array>, work: NativeWork): Promise<void> {
    return this.#plan.use(async address => {
      const cells = [boundary, merkle, hash]
      const args = [address, ...cells, BigUint64Array.from(cells, ({ length }) => BigInt(length))]
      await perform('filling tables of memory', { function: this.#library.rvr_plan_fill, args }, work)
    })
  }

  dispose(): void {
    this.#plan.dispose()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }
}

/**
 * Writes a table that has all its messages.
 *
 * @param index in `lookupTables` of the machine's AIRs
 * @param histogram how often each message was asked for: a word for each row and count (`placesOf`)
 */
export async function fillLookupTable(
  library: SystemLibrary,
  { index, histogram, cells }: { readonly index: number; readonly histogram: Uint32Array; readonly cells: Uint32Array },
  work: NativeWork,
): Promise<void> {
  const call = { function: library.rvr_lookup_table, args: [index, histogram, histogram.length, cells, cells.length] }
  await perform('filling a table of lookups', call, work)
}

/**
 * Writes the program's table.
 *
 * @param entries cells of the table with counts of 0, as `programMatrix` makes it once for a guest
 * @param counts how often each entry was executed, that which ends the guest too
 */
export async function fillProgramTable(
  library: SystemLibrary,
  { entries, counts, cells }: Readonly<Record<'entries' | 'counts' | 'cells', Uint32Array>>,
  work: NativeWork,
): Promise<void> {
  if (cells.length !== entries.length) throw new RvrError('INTERNAL', 'the program table has another height')
  const args = [entries, entries.length, counts, counts.length, cells]
  await perform('filling the program table', { function: library.rvr_program_table, args }, work)
}
