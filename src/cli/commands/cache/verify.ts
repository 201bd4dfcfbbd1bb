/** `rvr cache verify`: is everything in the cache whole? */
import type { Subcommand } from './subcommand.ts'

export const verify: Subcommand = {
  name: 'verify',
  summary: 'check every entry and put damaged ones aside',
  examples: ['rvr cache verify'],
  async answer({ openCache }) {
    const { verifyAnswer } = await import('../../../report/cache/stored.ts')
    return verifyAnswer(await openCache())
  },
}
