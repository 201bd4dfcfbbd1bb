/** The error of an `airs.json` from which no key can be made: where, what was found, what is wanted. */
import { RvrError, shown } from '../errors.ts'

/** @param place in the file: `airs[3].constraints[2][1]` */
export function airsInvalid(place: string, found: unknown, wanted: string): RvrError {
  const what = typeof found === 'object' || found === undefined ? shown(found) : JSON.stringify(found)
  return new RvrError('MACHINE_INVALID', `airs.json: ${place} is ${what.slice(0, 80)}, wanted ${wanted}`, {
    hint: 'docs/proofs.md says what AIRs a key can be made from.',
    details: { place, found: what, wanted },
  })
}
