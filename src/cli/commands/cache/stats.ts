/** `rvr cache stats`: how the cache served, and how much it holds. */
import type { Subcommand } from './subcommand.ts'

export const stats: Subcommand = {
  name: 'stats',
  summary: 'how often each outcome happened, and how much is stored',
  examples: ['rvr cache stats --json'],
  async answer({ openCache }) {
    const { statsAnswer } = await import('../../../report/cache/stored.ts')
    return statsAnswer(await openCache())
  },
}
