/** Proof after proof under one key. */
import { RvrError } from '../../errors.ts'
import { Owned } from '../owned.ts'
import type { ProverLibrary } from '../stark-prover.ts'
import type { FixedTree } from './fixed-tree.ts'
import { checkTable, recordsOf, type MainTable, type Records } from './tables.ts'
import { answers, perform, type ProvingWork } from './work.ts'

/** struct stark_fault */
const FAULT_WORDS = 10

/** What proving takes. */
export interface ProvingNeeds {
  /** While it runs, beside the fixed trees. */
  readonly bytes: number
  readonly proofBytes: number
}

/**
 * A key and its fixed trees, which stay the caller's: for all segments of a run. It keeps the memory that the largest
 * proof took.
 */
export class ProverContext {
  readonly #library: ProverLibrary
  readonly #key: Owned
  readonly #fixed: readonly FixedTree[]
  /** Main columns of each AIR. */
  readonly #widths: Uint32Array
  readonly #publics: number

  /**
   * @param key bytes of a key that was checked
   * @param fixed one for each of its trees
   * @throws RvrError `INTERNAL` where the key is none
   */
  constructor(library: ProverLibrary, key: Uint8Array, fixed: readonly FixedTree[]) {
    const [out, fault] = [new BigUint64Array(2), new Uint32Array(FAULT_WORDS)]
    const answer = answers[library.rvr_prover_key(key, key.length, out, fault) as number]
    if (answer !== 'done')
      throw new RvrError('INTERNAL', `the prover refuses the key: ${answer}`, { details: { fault: [...fault] } })
    this.#library = library
    this.#key = new Owned("the prover's key", out[0]!, each => void library.rvr_prover_key_free(each))
    this.#fixed = fixed
    this.#widths = new Uint32Array(Number(out[1]))
    this.#publics = library.rvr_prover_airs(out[0]!, this.#widths) as number
  }

  /** @param tables of them only heights and derived columns matter */
  needs(tables: readonly Pick<MainTable, 'air' | 'logHeight' | 'derived'>[], threads: number): Promise<ProvingNeeds> {
    const none = { cells: new Uint32Array(), stride: 0 }
    const records = this.#records(tables.map(table => ({ ...none, ...table })))
    return this.#needs(records, threads)
  }

  #needs({ words }: Records, threads: number): Promise<ProvingNeeds> {
    return this.#key.use(async key => {
      const [out, fault] = [new BigUint64Array(2), new Uint32Array(FAULT_WORDS)]
      const answer = answers[this.#library.rvr_prover_needs(key, words, threads, out, fault) as number]
      if (answer !== 'done')
        throw new RvrError('UNPROVABLE', 'the key does not allow the heights of the tables', {
          hint: 'Cut smaller segments with a lower maxTraceHeight.',
          details: { reason: 'height', fault: [...fault] },
        })
      return { bytes: Number(out[0]), proofBytes: Number(out[1]) }
    })
  }

  #records(tables: readonly MainTable[]): Records {
    return recordsOf(
      this.#widths.length,
      tables.map(({ derived = [], ...table }) => ({
        ...table,
        at: table.air,
        width: this.#widths[table.air]!,
        derived: Uint32Array.from(derived.flatMap(({ column, node }) => [column, node])),
      })),
    )
  }

  /**
   * The archive of a proof, made on other threads. Tables have to stay as they are until then.
   *
   * @param publics of all AIRs, in their order
   * @throws RvrError `ABORTED`; `USAGE` where it takes more memory than is allowed; `UNPROVABLE`
   */
  async prove(
    { tables, publics }: { readonly tables: readonly MainTable[]; readonly publics: Uint32Array },
    work: ProvingWork,
  ): Promise<Uint8Array<ArrayBuffer>> {
    for (const table of tables) checkTable(table, this.#widths[table.air]! - (table.derived?.length ?? 0))
    if (publics.length !== this.#publics)
      throw new RvrError('INTERNAL', `${publics.length} public values instead of ${this.#publics}`)
    const { words, kept } = this.#records(tables)
    const { bytes, proofBytes } = await this.#needs({ words, kept }, work.threads)
    const library = this.#library
    const proof = new Uint8Array(proofBytes)
    const fault = new Uint32Array(FAULT_WORDS)
    await this.#key.use(key =>
      withAddresses(this.#fixed, fixed => {
        const before = [key, fixed, words, publics]
        const after = [proof, proofBytes, fault]
        const call = { function: library.rvr_prover_prove, before, after, kept, bytes }
        return perform('proving', call, work)
      }),
    )
    return proof
  }

  [Symbol.dispose](): void {
    this.#key.dispose()
  }
}

async function withAddresses(
  fixed: readonly FixedTree[],
  body: (addresses: BigUint64Array) => Promise<void>,
): Promise<void> {
  const addresses = new BigUint64Array(fixed.length)
  const nest = (at: number): Promise<void> =>
    at === fixed.length
      ? body(addresses)
      : fixed[at]!.owned.use(address => {
          addresses[at] = address
          return nest(at + 1)
        })
  await nest(0)
}
