/** Trees over the tables that are the same in every segment of a guest: each is made where it is first wanted. */
import { FixedTree } from '../../load/proving/fixed-tree.ts'
import type { ProvingWork } from '../../load/proving/work.ts'
import type { ProverLibrary } from '../../load/stark-prover.ts'
import type { FixedTable } from '../../proofs/fixed-tables.ts'

export interface FixedTreesOf {
  readonly logBlowUp: number
  /** By tree, in the key's order. */
  readonly tables: readonly (() => readonly FixedTable[])[]
  prover(): Promise<ProverLibrary>
}

export class FixedTrees implements Disposable {
  readonly #of: FixedTreesOf
  readonly #made = new Map<number, FixedTree>()

  constructor(of: FixedTreesOf) {
    this.#of = of
  }

  /** The tree, which stays this object's. @throws RvrError `USAGE` (more memory than is allowed), `ABORTED` */
  async tree(number: number, work: ProvingWork): Promise<FixedTree> {
    const before = this.#made.get(number)
    if (before !== undefined) return before
    const { logBlowUp, tables, prover } = this.#of
    const wide = tables[number]!().map(table => ({ ...table, width: table.columns.length }))
    const made = await FixedTree.commit(await prover(), { logBlowUp, tables: wide }, work)
    this.#made.set(number, made)
    return made
  }

  /** All, in order. */
  async all(work: ProvingWork): Promise<readonly FixedTree[]> {
    const trees: FixedTree[] = []
    for (const number of this.#of.tables.keys()) trees.push(await this.tree(number, work))
    return trees
  }

  [Symbol.dispose](): void {
    for (const tree of this.#made.values()) tree[Symbol.dispose]()
    this.#made.clear()
  }
}
