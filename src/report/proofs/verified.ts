/** Answer of `rvr verify`: what the proofs of a run say. */
import type { VerifiedRun } from '../../sdk/proofs/contract.ts'
import type { Answer } from '../answer.ts'
import { line } from '../form/table.ts'
import { count, durationText } from '../form/units.ts'

export function verifiedAnswer({ segments, exitCode, finalRoot, key, verifyMs }: VerifiedRun): Answer {
  const all = verifyMs.reduce((sum, ms) => sum + ms, 0)
  return {
    json: { verified: true, segments, exitCode, finalRoot, key, verifyMs },
    text: [
      line('verified', `${count(segments, 'segment', 'segments')} in ${durationText(all)}`),
      line('exit code', String(exitCode)),
      line('memory root', finalRoot.join(' ')),
      line('key', key),
    ].join(''),
  }
}
