/** `rvr cache clear`: away with all entries. */
import type { Subcommand } from './subcommand.ts'

export const clear: Subcommand = {
  name: 'clear',
  summary: 'remove all entries',
  examples: ['rvr cache clear --cache-dir ./cache'],
  async answer({ openCache }) {
    const cache = await openCache()
    const removed = await cache.clear()
    return {
      json: { directory: cache.directory, removed },
      text: `removed ${removed} ${removed === 1 ? 'entry' : 'entries'} from ${cache.directory ?? 'no directory'}\n`,
    }
  },
}
