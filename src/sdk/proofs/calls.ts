/** What the calls about proofs accept. */
import * as v from 'valibot'
import { bytes, options, signal, text } from '../../accept.ts'
import type { VerifyOptions } from './contract.ts'
import { VerifyingKey } from './verifying-key.ts'

const path = v.pipe(text, v.minLength(1, 'a path'))

/** Files or bytes of proofs, in the order of a run's segments. */
export const ProofList = v.pipe(
  v.array(v.union([path, bytes], 'a path or a Uint8Array'), 'an array of paths or bytes of proofs'),
  v.minLength(1, 'a proof at least'),
)
export const Verify = options<VerifyOptions>({
  key: v.custom<VerifyingKey>(value => value instanceof VerifyingKey, 'a VerifyingKey'),
  signal: v.optional(signal),
})
