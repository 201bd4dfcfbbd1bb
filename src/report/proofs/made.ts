/** Answers of `rvr vkey` and `rvr prove`: what was made, and what it took. */
import type { SegmentProof } from '../../sdk/proofs/contract.ts'
import type { VerifyingKey } from '../../sdk/proofs/verifying-key.ts'
import type { Answer } from '../answer.ts'
import { line, table } from '../form/table.ts'
import { durationText, grouped, sizeText } from '../form/units.ts'

interface ProvedGuest {
  readonly path: string
  readonly digest: string
}

const guestOf = ({ path, digest }: ProvedGuest): ProvedGuest => ({ path, digest })

/** @param output path of the file */
export function keyAnswer(guest: ProvedGuest, key: VerifyingKey, output: string): Answer {
  const { digest, set } = key
  return {
    json: { guest: guestOf(guest), key: digest, set, output },
    text: [line('key', digest), line('set', set ?? 'of no set'), line('written', output)].join(''),
  }
}

/** What is told of a proof: not its bytes. */
export type ToldProof = Omit<SegmentProof, 'bytes' | 'key' | 'publicValues' | 'save'> & {
  readonly proofBytes: number
  readonly file: string
}

export interface MadeProofs {
  readonly guest: ProvedGuest
  readonly key: VerifyingKey
  readonly keyFile: string
  /** The opening of public values; undefined where no proof is of the guest's end. */
  readonly publicValuesFile: string | undefined
  readonly proofs: readonly ToldProof[]
  /** Segments of the whole run. */
  readonly segments: number
}

export function proofsAnswer({ guest, key, keyFile, publicValuesFile, proofs, segments }: MadeProofs): Answer {
  const rows = proofs.map(proof => [
    String(proof.index),
    ...[proof.instructions, proof.cells].map(grouped),
    durationText(proof.fillMs),
    durationText(proof.proveMs),
    sizeText(proof.provingBytes),
    grouped(proof.proofBytes),
    proof.file,
  ])
  const heads = ['segment', 'instructions', 'cells', 'filled in', 'proved in', 'memory', 'bytes', 'proof']
  const told = proofs.map(({ stages, ...proof }) => ({
    ...proof,
    stages: stages.map(({ stage, ms }) => ({ stage, ms })),
  }))
  return {
    json: {
      guest: guestOf(guest),
      key: key.digest,
      set: key.set,
      keyFile,
      publicValuesFile: publicValuesFile ?? null,
      segments,
      proofs: told,
    },
    text: [
      line('key', `${key.digest} (${key.set ?? 'of no set'})`),
      line('written', keyFile),
      publicValuesFile === undefined ? '' : line('public values', publicValuesFile),
      table([heads, ...rows], 'rrrrrrr'),
    ].join(''),
  }
}
