/** The verifiers that there are, asked the same thing; and the prover in C, asked for what the slow one makes. */
import { afterAll, beforeAll, inject } from 'vitest'
import { ProverContext } from '../../../src/load/proving/context.ts'
import { FixedTree } from '../../../src/load/proving/fixed-tree.ts'
import { proofSteps, type ProofStep } from '../../../src/load/stark-fault.ts'
import { loadProver, type ProverLibrary } from '../../../src/load/stark-prover.ts'
import { OpenKey, StarkVerifier } from '../../../src/load/stark-verifier.ts'
import { createServices, prepareStark, type PipelineServices } from '../../../src/pipeline.ts'
import { PROOF, readArchive, wordsOf } from '../slow/archive.ts'
import { verifyRun } from '../slow/chain.ts'
import { readKey } from '../slow/key.ts'
import type { Witness } from '../slow/prove.ts'
import { Rejected } from '../slow/rejected.ts'
import type { Rows } from '../slow/system.ts'
import { verify } from '../slow/verify.ts'

/** The step that says no. */
export type Verdict = 'accepted' | ProofStep

/** What the slow verifier says. */
export function slowVerdict(run: () => unknown): Verdict {
  try {
    run()
    return 'accepted'
  } catch (error) {
    if (!(error instanceof Rejected)) throw error
    return error.step === 0 ? 'key' : proofSteps[error.step - 1]!
  }
}

export interface Case {
  readonly key: Uint8Array
  readonly proof: Uint8Array
  /** That are wanted. */
  readonly publics?: readonly number[] | undefined
}

export interface Judges {
  /** What both verifiers say. @throws where one says something else than the other. */
  readonly verdict: (given: Case) => Promise<Verdict>
  /** Of a key alone. */
  readonly keyVerdict: (key: Uint8Array) => Promise<Verdict>
  /** Of the segments of a run. */
  readonly runVerdict: (key: Uint8Array, proofs: readonly Uint8Array[]) => Promise<Verdict>
  readonly proof: (key: Uint8Array, witness: Witness) => Promise<Uint8Array>
}

/** Compiled, or out of the cache that tests share, before the tests of a file. */
export function useJudges(): Judges {
  let services: PipelineServices
  let verifier: StarkVerifier
  let prover: Promise<ProverLibrary> | undefined
  beforeAll(async () => {
    services = await createServices({ cacheDir: inject('sharedCache') }, () => {})
    verifier = new StarkVerifier((await prepareStark({ library: 'verifier' }, services)).opened)
  })
  afterAll(() => services.directories.removeAll())

  const nativeVerdict = async ({ key: bytes, proof, publics }: Case): Promise<Verdict> => {
    const key = await verifier.openKey(bytes)
    if (!(key instanceof OpenKey)) return key.step
    using opened = key
    const fault = await opened.verify(proof, publics && Uint32Array.from(publics))
    return fault?.step ?? 'accepted'
  }
  const preparedProver = async (): Promise<ProverLibrary> =>
    loadProver((await prepareStark({ library: 'prover' }, services)).opened)

  const nativeKeyVerdict = async (bytes: Uint8Array): Promise<Verdict> => {
    const key = await verifier.openKey(bytes)
    if (!(key instanceof OpenKey)) return key.step
    key[Symbol.dispose]()
    return 'accepted'
  }
  const nativeRunVerdict = async (bytes: Uint8Array, proofs: readonly Uint8Array[]): Promise<Verdict> => {
    const key = await verifier.openKey(bytes)
    if (!(key instanceof OpenKey)) return key.step
    using opened = key
    const chain = opened.chain()
    for (const proof of proofs) {
      const fault = await opened.verify(proof)
      if (fault !== undefined) return fault.step
      const publics = wordsOf(readArchive(proof, PROOF, 1).sections[2]!)
      const broken = chain.next(Uint32Array.from(publics))
      if (broken !== undefined) return broken.step
    }
    return chain.end().fault?.step ?? 'accepted'
  }
  return {
    runVerdict: async (key, proofs) => {
      const slow = slowVerdict(() => verifyRun(readKey(key), proofs))
      return agreed(slow, await nativeRunVerdict(key, proofs))
    },
    verdict: async given => {
      const slow = slowVerdict(() => verify(readKey(given.key), given.proof, given.publics))
      return agreed(slow, await nativeVerdict(given))
    },
    keyVerdict: async key =>
      agreed(
        slowVerdict(() => readKey(key)),
        await nativeKeyVerdict(key),
      ),
    proof: async (key, witness) => nativeProof(await (prover ??= preparedProver()), key, witness),
  }
}

function agreed(slow: Verdict, native: Verdict): Verdict {
  if (slow !== native) throw new Error(`the slow verifier says ${slow}, the one in C says ${native}`)
  return native
}

const cellsOf = (rows: Rows): Uint32Array => Uint32Array.from(rows.flat())

async function nativeProof(library: ProverLibrary, bytes: Uint8Array, witness: Witness): Promise<Uint8Array> {
  const key = readKey(bytes)
  const work = { threads: 2, maxBytes: 2 ** 28 }
  const fixed: FixedTree[] = []
  try {
    for (const tree of key.roots.keys()) {
      const airs = [...key.airs.keys()].filter(air => key.airs[air]!.tree === tree)
      const tables = airs.map(air => {
        const { fixedWidth: width, fixedLogHeight: logHeight } = key.airs[air]!
        return { cells: cellsOf(witness.fixed[air]!), stride: width, width, logHeight }
      })
      fixed.push(await FixedTree.commit(library, { logBlowUp: key.parameters.blowup, tables }, work))
    }
    using context = new ProverContext(library, bytes, fixed)
    const tables = witness.main.flatMap((rows, air) => {
      if (rows === undefined) return []
      return [{ air, cells: cellsOf(rows), stride: rows[0]!.length, logHeight: Math.log2(rows.length) }]
    })
    return await context.prove({ tables, publics: Uint32Array.from(witness.publics) }, work)
  } finally {
    for (const tree of fixed) tree[Symbol.dispose]()
  }
}
