/** All of a saved run, as it lies in an archive of content `run`. */
import type { Archive } from '../../archive/archive.ts'
import type { Pages } from '../../archive/pages.ts'
import { byteStringsIn, type ByteStringOf } from './byte-strings.ts'
import { savedFactsIn, type SavedFacts } from './facts.ts'
import { savedPagesIn } from './pages.ts'
import { stateIn, type SavedState } from './state.ts'

export interface SavedContent {
  readonly facts: SavedFacts
  readonly memory: Pages
  readonly bytes: ByteStringOf
  readonly state: SavedState
}

/**
 * Pages and registers stay where they lie. What host and mode make of their parts is known only with the guest.
 *
 * @throws RvrError `ARCHIVE_INVALID`, layers 3 and 4
 */
export const savedIn = (archive: Archive): SavedContent => ({
  facts: savedFactsIn(archive),
  memory: savedPagesIn(archive),
  bytes: byteStringsIn(archive),
  state: stateIn(archive),
})
