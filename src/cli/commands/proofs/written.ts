/** Proofs of a run as files of a directory, with the key that verifies them. */
import { join } from 'node:path'
import type { ToldProof } from '../../../report/proofs/made.ts'
import type { Run } from '../../../sdk/contract.ts'
import type { ProofProgress, ProofsOptions, SegmentProof } from '../../../sdk/proofs/contract.ts'
import type { Guest } from '../../../sdk/guest.ts'
import { EXIT_OK } from '../../exit-codes.ts'
import { namedTier, type ExecutionOptions } from '../../options/execution.ts'
import type { ProvingOptions } from '../../options/proofs.ts'
import type { ReportOptions } from '../../options/report.ts'
import { writeAnswer } from '../../output/answer.ts'
import type { Progress } from '../../progress/progress.ts'
import type { Shell } from '../../shell.ts'

/** There where the proofs reach the guest's end. */
const VALUES_FILE = 'public-values.opening'

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

export interface ProvedByCommand extends ReportOptions, ProvingOptions, Pick<ExecutionOptions, 'tier' | 'engine'> {}

interface Writing {
  /** Directory. */
  readonly output: string
  /** Place of the one segment that is proved; default: all. */
  readonly segment?: number | undefined
  readonly options: ProvedByCommand
  readonly progress: Progress
  readonly shell: Shell
}

/** Proves the segments of a guest's run, writes each proof when it is there, then the key, and says what was made. */
export async function writeProofs(guest: Guest, run: Run, writing: Writing): Promise<number> {
  const { output, segment, options, progress, shell } = writing
  const { set, threads, maxProverMemory: maxMemoryBytes } = options
  const { signal } = shell
  const filler = namedTier(options) === 'interp' ? 'reference' : undefined
  const onProgress = ({ segment: index, stage, done }: ProofProgress): void =>
    progress.showPart(`segment ${index}, ${stage}`, done)
  const proving: ProofsOptions = { set, segment, threads, maxMemoryBytes, signal, filler, onProgress }
  const key = await guest.verifyingKey({ set, threads, signal })
  const proofs: ToldProof[] = []
  let publicValuesFile: string | undefined
  for await (const proof of run.proofs(proving)) {
    const file = await proof.save(join(output, `${proof.index}.proof`), { signal })
    progress.showStep(`segment ${proof.index} proved`, proof.proveMs)
    proofs.push(toldOf(proof, file))
    const opening = proof.publicValues
    publicValuesFile ??= await opening?.save(join(output, VALUES_FILE), { signal })
  }
  const keyFile = await key.save(keyFileIn(output), { signal })
  await progress.settle()
  const ofPlan = run.segments.length + (run.openSegment === undefined ? 0 : 1)
  // Where segments did not fit, the run was cut again.
  const segments = segment === undefined ? proofs.length : ofPlan
  const { proofsAnswer } = await import('../../../report/proofs/made.ts')
  writeAnswer(proofsAnswer({ guest, key, keyFile, publicValuesFile, proofs, segments }), options, shell)
  return EXIT_OK
}
