/** What stays the same while the segments of a run are proved: the key, and trees over the fixed tables. */
import { ProverContext } from '../../load/proving/context.ts'
import type { ProvingWork } from '../../load/proving/work.ts'
import type { GuestProving } from './guest-proving.ts'

export class Prover implements Disposable {
  readonly context: ProverContext
  /** That the trees take. */
  readonly bytes: number

  private constructor(context: ProverContext, bytes: number) {
    this.context = context
    this.bytes = bytes
  }

  /**
   * The trees stay the guest's.
   *
   * @throws RvrError `USAGE` (more memory than is allowed), `TOOLCHAIN_MISSING`, `COMPILE_FAILED`, `ABORTED`
   */
  static async open({ key, trees, prover }: GuestProving, work: ProvingWork): Promise<Prover> {
    const all = await trees.all(work)
    const bytes = all.reduce((sum, tree) => sum + tree.bytes, 0)
    return new Prover(new ProverContext(await prover(), key.bytes, all), bytes)
  }

  [Symbol.dispose](): void {
    this.context[Symbol.dispose]()
  }
}
