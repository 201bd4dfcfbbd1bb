/** Proofs of a run's segments, as callers have them, and what they may choose. */
import type { ProofSet } from '../../stark/parameters.ts'
import type { VerifyingKey } from './verifying-key.ts'

/** Which key of a guest is wanted. */
export interface KeyOptions {
  /** Parameters of proofs (docs/proofs.md); default `default`. */
  readonly set?: ProofSet
  readonly signal?: AbortSignal
  /** Threads of native code, 64 at most; default: one for each core. */
  readonly threads?: number
}

/** How far a proof is. */
export interface ProofProgress {
  /** Place of the segment. */
  readonly segment: number
  /** `fill`: its tables; then what the prover does. */
  readonly stage: string
  /** Of the stage, 0 to 1. */
  readonly done: number
}

export interface ProofsOptions extends KeyOptions {
  /** Place of the one segment that is wanted; default: all, in order. */
  readonly segment?: number
  /** Bytes that filling and proving a segment may take; default: half of the machine's memory. */
  readonly maxMemoryBytes?: number
  /** What fills the tables, as `run.traces` has it; default: the trace engine. */
  readonly filler?: 'engine' | 'reference'
  /** Called several times a second while a segment is proved. */
  readonly onProgress?: (progress: ProofProgress) => unknown
}

/** What a guest has revealed, and what opens it from the final root of its proofs. */
export interface PublicValues {
  /** As `run.publicValues`. */
  readonly values: Uint8Array
  /** The whole archive, content `opening` (docs/archive.md). */
  readonly bytes: Uint8Array<ArrayBuffer>

  /**
   * Writes the opening to a file, which appears or changes as a whole or not at all.
   *
   * @returns the file's absolute path
   * @throws RvrError `IO`, `ABORTED`
   */
  save(file: string, options?: { readonly signal?: AbortSignal }): Promise<string>
}

/** The proof of one segment of a run. */
export interface SegmentProof {
  /** Place among the run's segments. */
  readonly index: number
  /** Instructions retired before it. */
  readonly instretStart: number
  readonly instructions: number
  /** What it is verified with. */
  readonly key: VerifyingKey
  /** The whole archive (docs/archive.md). */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Cells of its tables. */
  readonly cells: number
  /** Bytes that the prover has taken, tables and fixed trees aside. */
  readonly provingBytes: number
  /** Milliseconds that executing the segment and filling its tables took, and proving it. */
  readonly fillMs: number
  readonly proveMs: number
  /** Of these, milliseconds by stage. */
  readonly stages: readonly { readonly stage: string; readonly ms: number }[]
  /** Of the segment that the guest ends in: its public values. Other segments have none to be opened. */
  readonly publicValues: PublicValues | undefined

  /**
   * Writes the proof to a file, which appears or changes as a whole or not at all.
   *
   * @returns the file's absolute path
   * @throws RvrError `IO`, `ABORTED`
   */
  save(file: string, options?: { readonly signal?: AbortSignal }): Promise<string>
}

/** What proofs of a run's segments say together, when all of them are right. */
export interface VerifiedRun {
  readonly segments: number
  readonly exitCode: number
  /** Root of the tree over the guest's memory where it ends: eight field elements. */
  readonly finalRoot: readonly number[]
  /** All that the guest has revealed, where its opening was given; behind these bytes its public values are 0. */
  readonly publicValues: Uint8Array | undefined
  /** Digest of the key. */
  readonly key: string
  /** Milliseconds that verifying each proof took, in their order. */
  readonly verifyMs: readonly number[]
}

export interface VerifyOptions {
  readonly key: VerifyingKey
  /** The opening of the guest's public values (`SegmentProof.publicValues`): path or bytes. */
  readonly publicValues?: string | Uint8Array
  readonly signal?: AbortSignal
}
