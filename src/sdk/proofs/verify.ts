/** Verifies proofs of a run's segments: each one, and that they are one run. */
import { readFrame } from '../../archive/frame.ts'
import { throwIfAborted } from '../../errors.ts'
import { readInput } from '../../files/read.ts'
import { StarkVerifier, type OpenKey } from '../../load/stark-verifier.ts'
import { prepareStark, type PipelineServices } from '../../pipeline.ts'
import type { VerifiedRun, VerifyOptions } from './contract.ts'
import { keyInvalid, proofInvalid } from './fault.ts'

const PUBLICS = 0x103
/** Where C reads a proof: elsewhere it is copied. */
const ALIGNMENT = 8

/** Bytes that nobody else has: what is checked is what is used. */
async function ownBytes(proof: string | Uint8Array, signal: AbortSignal | undefined): Promise<Uint8Array> {
  if (typeof proof !== 'string') return new Uint8Array(proof)
  const bytes = await readInput('archive', proof, signal)
  return bytes.byteOffset % ALIGNMENT === 0 ? bytes : new Uint8Array(bytes)
}

/** Of a proof that was accepted. */
function publicsIn(bytes: Uint8Array, file: string): Uint32Array {
  const { sections } = readFrame(bytes, bytes.length, { file, content: 'proof' })
  const { offset, count } = sections.find(({ kind }) => kind === PUBLICS)!
  return new Uint32Array(bytes.buffer, bytes.byteOffset + offset, count)
}

/** The values that an opening has, under the root that proofs have shown. @throws RvrError `PROOF_INVALID` */
async function openedValues(
  opening: string | Uint8Array | undefined,
  root: Uint32Array,
  verifier: StarkVerifier,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | undefined> {
  if (opening === undefined) return undefined
  const found = await verifier.publicValues(await ownBytes(opening, signal), root)
  if (found instanceof Uint8Array) return found
  throw proofInvalid(typeof opening === 'string' ? opening : 'the opening of the public values', found)
}

/** @throws RvrError as `Rvr.verifyProofs` says */
export async function verifyProofs(
  proofs: readonly (string | Uint8Array)[],
  options: VerifyOptions,
  services: PipelineServices,
): Promise<VerifiedRun> {
  const { key, signal } = options
  const { opened } = await prepareStark({ library: 'verifier', signal }, services)
  const verifier = new StarkVerifier(opened)
  const open = await verifier.openKey(key.bytes)
  if ('step' in open) throw keyInvalid(open)
  using held: OpenKey = open
  const chain = held.chain()
  const verifyMs: number[] = []
  for (const [index, proof] of proofs.entries()) {
    throwIfAborted('verifying', signal)
    const file = typeof proof === 'string' ? proof : `proof ${index}`
    const bytes = await ownBytes(proof, signal)
    const begun = performance.now()
    const fault = await held.verify(bytes)
    verifyMs.push(performance.now() - begun)
    if (fault !== undefined) throw proofInvalid(file, fault)
    const wrong = chain.next(publicsIn(bytes, file))
    if (wrong !== undefined) throw proofInvalid(file, wrong)
  }
  const end = chain.end()
  if (end.fault !== undefined) throw proofInvalid('the last proof', end.fault)
  const { segments, exitCode, finalRoot } = end.result
  const publicValues = await openedValues(options.publicValues, finalRoot, verifier, signal)
  return { segments, exitCode, finalRoot: [...finalRoot], publicValues, key: key.digest, verifyMs }
}
