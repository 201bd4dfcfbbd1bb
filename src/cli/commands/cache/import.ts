/** `rvr cache import`: exported entries back into a cache. */
import { inputPath } from '../../options/declare.ts'
import type { Subcommand } from './subcommand.ts'

export const importEntries: Subcommand = {
  name: 'import',
  summary: 'store entries that rvr cache export wrote; their code will run, so take them only from whom you trust',
  argument: { name: 'file...', text: 'file that rvr cache export wrote; - is standard input' },
  examples: ['rvr cache import guest.metered.rvr', 'rvr cache import artifacts/*.rvr --cache-dir ./cache'],
  async answer({ all, shell, openCache }) {
    const cache = await openCache()
    const imported = []
    for (const file of all) imported.push({ file, ...(await cache.import(inputPath(file), { signal: shell.signal })) })
    const { importAnswer } = await import('../../../report/cache/transfer.ts')
    return importAnswer(cache, imported)
  },
}
