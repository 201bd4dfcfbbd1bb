/** `rvr cache ls`: the stored libraries. */
import type { Subcommand } from './subcommand.ts'

export const ls: Subcommand = {
  name: 'ls',
  summary: 'list the stored libraries, the last used first',
  examples: ['rvr cache ls'],
  async answer({ openCache }) {
    const { listAnswer } = await import('../../../report/cache/stored.ts')
    return listAnswer(await openCache())
  },
}
