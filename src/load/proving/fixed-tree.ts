/** Trees of fixed columns, which many proofs have in common. */
import { Owned } from '../owned.ts'
import type { ProverLibrary } from '../stark-prover.ts'
import { checkTable, recordsOf, type FixedColumns } from './tables.ts'
import { perform, type ProvingWork } from './work.ts'

const ROOT_BYTES = 32

/** Fixed columns, extended and hashed once for all proofs that have them. */
export class FixedTree {
  readonly root: Uint8Array
  /** That it takes. */
  readonly bytes: number
  readonly owned: Owned

  private constructor(root: Uint8Array, bytes: number, owned: Owned) {
    this.root = root
    this.bytes = bytes
    this.owned = owned
  }

  /**
   * On other threads. A key is made of the roots of such trees.
   *
   * @param tables those of AIRs with fixed columns in the tree, in their order
   * @throws RvrError `ABORTED`; `USAGE` where it takes more memory than is allowed
   */
  static async commit(
    library: ProverLibrary,
    { logBlowUp, tables }: { readonly logBlowUp: number; readonly tables: readonly FixedColumns[] },
    work: ProvingWork,
  ): Promise<FixedTree> {
    for (const table of tables) checkTable(table, table.width)
    const { words, kept } = recordsOf(
      tables.length,
      tables.map((table, at) => ({ ...table, at })),
    )
    const bytes = Number(library.rvr_prover_fixed_needs(words, tables.length, logBlowUp))
    const [out, root] = [new BigUint64Array(1), new Uint8Array(ROOT_BYTES)]
    const before = [words, tables.length, logBlowUp]
    const call = { function: library.rvr_prover_fixed, before, after: [out, root], kept, bytes }
    await perform('committing fixed columns', call, work)
    const owned = new Owned('the fixed tree', out[0]!, each => void library.rvr_prover_fixed_free(each))
    return new FixedTree(root, bytes, owned)
  }

  [Symbol.dispose](): void {
    this.owned.dispose()
  }
}
