/** What is in the archive of opened public values: what they are, where they open. */
import { bytesToHex } from '@noble/hashes/utils.js'
import type { Archive } from '../../archive/archive.ts'
import { openingIn } from '../../proofs/opening.ts'
import { line } from '../form/table.ts'
import type { Inside } from './inside.ts'

export function insideOpening(archive: Archive): Inside {
  const { xlen, values, beside } = openingIn(archive)
  const publicValues = bytesToHex(values)
  return {
    json: { opening: { xlen, publicValues, beside: [...beside] } },
    head: [
      line('opening of', `RV${xlen}, ${values.length} bytes`),
      line('public values', publicValues === '' ? 'none' : `${publicValues}, if it verifies`),
    ].join(''),
  }
}
