/** The tables of one segment after another, by a trace engine, while the guest's memory is at hand. */
import type { Node } from '../system/tree.ts'
import type { EngineGuest } from './engine.ts'
import { NativeTree, type Held } from './system.ts'
import type { NativeWork } from './system-library.ts'
import { SegmentTableMaker, type FillingOptions, type NativeTables, type SegmentRecording } from './tables.ts'

export interface BeginOptions extends NativeWork {
  /** Most bytes that the hashes of the guest's memory may take. */
  readonly maxBytes: number
}

/** Fills segment after segment of a guest. */
export class NativeFiller implements Disposable {
  readonly #maker: SegmentTableMaker
  readonly #tree: NativeTree

  private constructor(maker: SegmentTableMaker, tree: NativeTree) {
    this.#maker = maker
    this.#tree = tree
  }

  /** @param held what the guest holds where its first segment starts, until this is done */
  static async begin(guest: EngineGuest, held: Held, options: BeginOptions): Promise<NativeFiller> {
    const tree = await NativeTree.create(guest.engine.system, held, options)
    return new NativeFiller(new SegmentTableMaker(guest), tree)
  }

  /** Takes the memory of tables that nobody wants any more, for those of the next segment. */
  giveBack(buffer: ArrayBuffer): void {
    this.#maker.spare.give(buffer)
  }

  /**
   * @param held what the guest holds at the segment's end, until this is done
   * @throws RvrError `UNPROVABLE`, `DIVERGED`, `ABORTED`, `USAGE` (memory)
   */
  async fill(recording: SegmentRecording, held: Held, options: FillingOptions): Promise<NativeTables> {
    const rows = await this.#maker.rows(recording, options)
    using memory = await this.#tree.pass(rows.touched, held, options)
    return await this.#maker.tables(rows, memory, options)
  }

  /** A node of the memory's tree where the last segment ended. */
  hash(node: Node): Promise<Uint32Array> {
    return this.#tree.hash(node)
  }

  [Symbol.dispose](): void {
    this.#tree.dispose()
    this.#maker.spare.end()
  }
}
