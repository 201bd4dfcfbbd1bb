/** `rvr cache show`: one entry and what its key was made from. */
import { RvrError } from '../../../errors.ts'
import type { Subcommand } from './subcommand.ts'

export const show: Subcommand = {
  name: 'show',
  summary: 'show one entry and the parts of its key',
  argument: { name: 'key', text: 'the key or its first digits' },
  examples: ['rvr cache show 3f9a0c'],
  async answer({ argument: key, openCache }) {
    if (!/^[0-9a-f]{1,64}$/i.test(key))
      throw new RvrError('USAGE', `${JSON.stringify(key)} is not a key`, {
        hint: 'Keys are hex digits; rvr cache ls prints them.',
      })
    const { showAnswer } = await import('../../../report/cache/stored.ts')
    return showAnswer(await openCache(), key)
  },
}
