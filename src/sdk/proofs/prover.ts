/** What stays the same while the segments of a run are proved: the key, and trees over the fixed tables. */
import { ProverContext } from '../../load/proving/context.ts'
import type { FixedTree } from '../../load/proving/fixed-tree.ts'
import type { ProvingWork } from '../../load/proving/work.ts'
import { committed, type GuestProving } from './guest-proving.ts'

export class Prover implements Disposable {
  readonly context: ProverContext
  readonly #trees: readonly FixedTree[]

  private constructor(context: ProverContext, trees: readonly FixedTree[]) {
    this.context = context
    this.#trees = trees
  }

  /** @throws RvrError `USAGE` (more memory than is allowed), `TOOLCHAIN_MISSING`, `COMPILE_FAILED`, `ABORTED` */
  static async open(proving: GuestProving, work: ProvingWork): Promise<Prover> {
    const library = await proving.prover()
    const trees: FixedTree[] = []
    try {
      for (const tables of proving.tables()) trees.push(await committed(library, proving.parameters, tables, work))
      return new Prover(new ProverContext(library, proving.key.bytes, trees), trees)
    } catch (error) {
      for (const tree of trees) tree[Symbol.dispose]()
      throw error
    }
  }

  /** That the trees take. */
  get bytes(): number {
    return this.#trees.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  [Symbol.dispose](): void {
    this.context[Symbol.dispose]()
    for (const tree of this.#trees) tree[Symbol.dispose]()
  }
}
