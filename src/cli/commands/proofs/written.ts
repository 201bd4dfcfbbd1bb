/** Proofs of a run as files of a directory, with the key that verifies them. */
import { join } from 'node:path'
import type { ToldProof } from '../../../report/proofs/made.ts'
import type { Run } from '../../../sdk/contract.ts'
import type { ProofsOptions, SegmentProof } from '../../../sdk/proofs/contract.ts'
import type { VerifyingKey } from '../../../sdk/proofs/verifying-key.ts'
import type { Progress } from '../../progress/progress.ts'

const keyFileIn = (output: string): string => join(output, 'key.vkey')

/** Can files be written there? It is asked before the guest runs. @throws RvrError `IO`, `ABORTED` */
export async function checkProofOutput(output: string, signal: AbortSignal): Promise<void> {
  const { checkOutput } = await import('../../../files/write.ts')
  await checkOutput(keyFileIn(output), { signal })
}

const toldOf = (proof: SegmentProof, file: string): ToldProof => {
  const { index, instretStart, instructions, bytes, cells, provingBytes, fillMs, proveMs, stages } = proof
  const made = { index, instretStart, instructions, cells, provingBytes, fillMs, proveMs, stages }
  return { ...made, proofBytes: bytes.length, file }
}

interface Writing {
  /** Directory. */
  readonly output: string
  readonly proving: ProofsOptions
  readonly progress: Progress
}

export interface WrittenProofs {
  readonly keyFile: string
  readonly proofs: readonly ToldProof[]
  /** Of the run, those that were not proved included. */
  readonly segments: number
}

/** Proves the run's segments, and writes each proof when it is there, then the key. */
export async function writtenProofs(
  run: Run,
  key: VerifyingKey,
  { output, proving, progress }: Writing,
): Promise<WrittenProofs> {
  const { signal, segment } = proving
  const proofs: ToldProof[] = []
  for await (const proof of run.proofs(proving)) {
    const file = await proof.save(join(output, `${proof.index}.proof`), { signal })
    progress.showStep(`segment ${proof.index} proved`, proof.proveMs)
    proofs.push(toldOf(proof, file))
  }
  const keyFile = await key.save(keyFileIn(output), { signal })
  const ofPlan = run.segments.length + (run.openSegment === undefined ? 0 : 1)
  // Where segments did not fit, the run was cut again.
  return { keyFile, proofs, segments: segment === undefined ? proofs.length : ofPlan }
}
