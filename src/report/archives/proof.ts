/** Answer of `rvr inspect` for a proof: whose key it is of, heights, public values; with the key, its bits. */
import { bytesToHex } from '@noble/hashes/utils.js'
import type { Archive } from '../../archive/archive.ts'
import { keyFacts } from '../../stark/key-facts.ts'
import { heightsIn } from '../../stark/heights.ts'
import { proofSize, securityOf } from '../../stark/security.ts'
import type { AirMemo } from '../../air/listed.ts'
import type { Inside } from './inside.ts'
import { usualNames } from './usual-airs.ts'
import { line, table } from '../form/table.ts'
import { grouped } from '../form/units.ts'
import { parameterText } from './vkey.ts'
import { securityJson, securityText } from './security.ts'

const KEY_DIGEST = 0x101
const PUBLICS = 0x103

/**
 * @param key its own, where it is known
 * @throws RvrError `ARCHIVE_INVALID`: it contradicts itself, or is of another key
 */
export function insideProof(archive: Archive, memo: AirMemo | undefined, key?: Archive): Inside {
  const facts = key && keyFacts(key)
  const heights = heightsIn(archive, key?.digest, facts)
  const publics = [...archive.words(PUBLICS)]
  const names = facts && usualNames(facts.airs, memo)
  const security = facts && securityOf(facts.parameters, proofSize(facts, heights))
  const present = heights.flatMap((logHeight, air) => (logHeight === undefined ? [] : [{ air, logHeight }]))
  const rows = present.map(({ air, logHeight }) => [
    names?.[air] ?? `AIR ${air}`,
    `2^${logHeight}`,
    grouped(2 ** logHeight),
  ])
  const keyDigest = bytesToHex(archive.view(KEY_DIGEST))
  return {
    json: {
      proof: {
        keyDigest,
        set: facts?.set,
        tables: present.map(({ air, logHeight }) => ({ air, name: names?.[air], logHeight })),
        publicValues: publics,
        security: security && securityJson(security),
      },
    },
    head: [
      line('key', keyDigest),
      facts === undefined ? '' : line('parameters', parameterText(facts)),
      line('public values', publics.length === 0 ? 'none' : publics.join(' ')),
    ].join(''),
    tables: [
      security === undefined ? '' : `\nsecurity, if it verifies\n${securityText(security)}`,
      '\ntables\n',
      table([['AIR', 'height', 'rows'], ...rows], 'lrr', '  '),
    ].join(''),
  }
}
