/** Heights of the tables of a proof, as its archive has them. */
import { bytesToHex } from '@noble/hashes/utils.js'
import type { Archive } from '../archive/archive.ts'
import type { KeyFacts } from './key-facts.ts'
import { limits } from './limits.ts'
import { shapeOf, type LogHeights } from './shape.ts'

const KEY_DIGEST = 0x101
const HEIGHTS = 0x102
const ABSENT = 0xffffffff

/**
 * Logarithms, by AIR. Whether the proof proves something, the verifier says.
 *
 * @param digest of its key, where that is known
 * @throws RvrError `ARCHIVE_INVALID`, layers 3 to 5: it has no digest, has tables that are too high, is of another key,
 *   or its sections have not the lengths that follow from key and heights
 */
export function heightsIn(archive: Archive, digest?: string, key?: KeyFacts): LogHeights {
  const expect = (kind: number, found: number, wanted: number): void => {
    if (found === wanted) return
    const { name } = archive.section(kind)
    throw archive.invalid(kind, { layer: 3, what: 'shape', found, wanted }, `it has ${found} ${name}, wanted ${wanted}`)
  }
  expect(KEY_DIGEST, archive.section(KEY_DIGEST).count, 1)
  const words = [...archive.words(HEIGHTS)]
  const wrong = words.findIndex(word => word !== ABSENT && word > limits.logHeight)
  if (wrong >= 0)
    throw archive.invalid(
      HEIGHTS,
      { layer: 4, what: 'value', at: 4 * wrong, found: words[wrong], wanted: `at most ${limits.logHeight}` },
      `table ${wrong} has 2^${words[wrong]} rows, and tables have 2^${limits.logHeight} at most`,
    )
  const heights = words.map(word => (word === ABSENT ? undefined : word))
  const found = bytesToHex(archive.view(KEY_DIGEST))
  if (digest !== undefined && found !== digest)
    throw archive.invalid(KEY_DIGEST, { layer: 5, what: 'key', found, wanted: digest }, 'it is of another key')
  if (key === undefined) return heights
  expect(HEIGHTS, heights.length, key.airs.length)
  for (const [kind, wanted] of shapeOf(key, heights).counts) expect(kind, archive.section(kind).count, wanted)
  return heights
}
