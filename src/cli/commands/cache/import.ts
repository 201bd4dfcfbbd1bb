/** `rvr cache import`: exported entries back into a cache. */
import type { Subcommand } from './subcommand.ts'

export const importEntries: Subcommand = {
  name: 'import', summary: 'store entries that rvr cache export wrote; their code will run, so take them only from whom you trust',
  argument: { name: 'file...', text: 'file that rvr cache export wrote' }, examples: ['rvr cache import guest.metered.rvr', 'rvr cache import artifacts/*.rvr --cache-dir ./cache'],
  async answer({ all, openCache }) {
    const cache = await openCache()
    const imported = []
    for (const file of all) imported.push({ file, ...await cache.import(file) })
    const { importAnswer } = await import('../../../report/cache-transfer.ts')
    return importAnswer(cache, imported)
  },
}
