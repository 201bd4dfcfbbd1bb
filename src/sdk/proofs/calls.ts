/** What the calls about proofs accept. */
import * as v from 'valibot'
import { bytes, callback, number, options, signal, text } from '../../accept.ts'
import { MOST_THREADS } from '../../load/threads.ts'
import { setNames } from '../../stark/parameters.ts'
import type { KeyOptions, ProofsOptions, VerifyOptions } from './contract.ts'
import { VerifyingKey } from './verifying-key.ts'

const path = v.pipe(text, v.minLength(1, 'a path'))

const pathOrBytes = v.union([path, bytes], 'a path or a Uint8Array')

/** Files or bytes of proofs, in the order of a run's segments. */
export const ProofList = v.pipe(
  v.array(pathOrBytes, 'an array of paths or bytes of proofs'),
  v.minLength(1, 'a proof at least'),
)
export const Verify = options<VerifyOptions>({
  key: v.custom<VerifyingKey>(value => value instanceof VerifyingKey, 'a VerifyingKey'),
  publicValues: v.optional(pathOrBytes),
  signal: v.optional(signal),
})

const making = {
  set: v.optional(v.picklist(setNames, setNames.join(', '))),
  threads: v.optional(number(1, MOST_THREADS)),
  signal: v.optional(signal),
}
export const MakeKey = options<KeyOptions>(making)
export const Proofs = options<ProofsOptions>({
  ...making,
  segment: v.optional(number(0, Number.MAX_SAFE_INTEGER)),
  maxMemoryBytes: v.optional(number(1, Number.MAX_SAFE_INTEGER)),
  filler: v.optional(v.picklist(['engine', 'reference'], 'engine or reference')),
  onProgress: v.optional(callback<NonNullable<ProofsOptions['onProgress']>>()),
})
