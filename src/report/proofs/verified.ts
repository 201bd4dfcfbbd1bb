/** Answer of `rvr verify`: what the proofs of a run say. */
import { bytesToHex } from '@noble/hashes/utils.js'
import type { VerifiedRun } from '../../sdk/proofs/contract.ts'
import type { Answer } from '../answer.ts'
import { line } from '../form/table.ts'
import { count, durationText } from '../form/units.ts'

export function verifiedAnswer(verified: VerifiedRun): Answer {
  const { segments, exitCode, finalRoot, key, verifyMs } = verified
  const publicValues = verified.publicValues && bytesToHex(verified.publicValues)
  const all = verifyMs.reduce((sum, ms) => sum + ms, 0)
  return {
    json: { verified: true, segments, exitCode, publicValues: publicValues ?? null, finalRoot, key, verifyMs },
    text: [
      line('verified', `${count(segments, 'segment', 'segments')} in ${durationText(all)}`),
      line('exit code', String(exitCode)),
      line('public values', publicValues ?? 'not opened: --public-values FILE checks and tells them'),
      line('memory root', finalRoot.join(' ')),
      line('key', key),
    ].join(''),
  }
}
