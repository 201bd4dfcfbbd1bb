/** `rvr cache export`: entries as files, for shipping compiled guests with an application. */
import { Option } from 'commander'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { Cache } from '../../../store/cache.ts'
import type { StoredEntry } from '../../../store/inventory.ts'
import { RvrError } from '../../../errors.ts'
import { readInput } from '../../../files/read.ts'
import { modes } from '../../../modes/registry.ts'
import type { Subcommand } from './subcommand.ts'

interface ExportOptions {
  readonly output: string
  readonly mode?: string
}

/** Digits of a key in a file name. */
const NAME_DIGITS = 16

const usage = (message: string, hint: string): RvrError => new RvrError('USAGE', message, { hint })

async function entriesOfGuest(cache: Cache, file: string, signal: AbortSignal): Promise<StoredEntry[]> {
  const { digestBytes } = await import('../../../store/digest.ts')
  const digest = digestBytes(await readInput('guest', file, signal))
  return (await cache.list()).filter(({ manifest }) => manifest.info['guest'] === digest)
}

interface Wanted {
  readonly cache: Cache
  readonly argument: string
  /** Only entries of this mode. */
  readonly mode: string | undefined
  readonly signal: AbortSignal
}

/** The entries that an argument means: hex digits are the start of a key, anything else is a guest's file. */
async function entriesFor({ cache, argument, mode, signal }: Wanted): Promise<StoredEntry[]> {
  const isKey = /^[0-9a-f]{1,64}$/i.test(argument)
  const found = isKey ? await cache.show(argument) : await entriesOfGuest(cache, argument, signal)
  if (isKey && found.length > 1)
    throw usage(`${found.length} entries have keys that start with ${argument}`, 'Give more digits.')
  const entries = found.filter(({ manifest }) => mode === undefined || manifest.info['mode'] === mode)
  if (entries.length > 0) return entries
  const what = isKey ? `no entry has a key that starts with ${argument}` : `the cache has no entry of ${argument}`
  const hint = isKey
    ? 'rvr cache ls prints the keys; a file of such a name is written ./NAME.'
    : `Compile it first: rvr compile ${argument}`
  throw usage(mode === undefined ? what : `${what} for mode ${mode}`, hint)
}

function tooMany(output: string, entries: readonly StoredEntry[]): RvrError {
  const list = entries.map(({ key, manifest }) => `${key.slice(0, 12)} (${manifest.info['mode']})`).join(', ')
  return usage(
    `${output} has room for one entry, but there are ${entries.length}: ${list}`,
    'Choose one by its key or with --mode, or name a directory with -o.',
  )
}

const isDirectory = (path: string): boolean =>
  path.endsWith('/') || statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

export const exportEntries: Subcommand = {
  name: 'export',
  summary: 'write an entry to a file, for another machine of this kind',
  argument: { name: 'key|guest...', text: 'the first digits of a key, or the guest that was compiled' },
  examples: [
    'rvr cache export guest.elf --mode metered -o guest.metered.rvr',
    'rvr cache export 3f9a0c 77b1 -o artifacts/',
  ],
  declare(command) {
    command
      .requiredOption('-o, --output <file>', 'file to write; for several entries a directory')
      .addOption(new Option('--mode <mode>', 'only entries of this mode').choices(modes.map(mode => mode.name)))
  },
  async answer({ all, options, shell, openCache }) {
    const { output, mode } = options as unknown as ExportOptions
    const cache = await openCache()
    const found = await Promise.all(all.map(argument => entriesFor({ cache, argument, mode, signal: shell.signal })))
    const entries = [...new Map(found.flat().map(entry => [entry.key, entry])).values()]
    const toDirectory = isDirectory(output)
    if (entries.length > 1 && !toDirectory) throw tooMany(output, entries)
    if (toDirectory) await (await import('../../../files/directory.ts')).makeDirectory(output)
    const exported = []
    for (const { key } of entries) {
      const file = toDirectory ? join(output, `${key.slice(0, NAME_DIGITS)}.rvr`) : output
      exported.push(await cache.export(key, file, { signal: shell.signal }))
    }
    const { exportAnswer } = await import('../../../report/cache/transfer.ts')
    return exportAnswer(cache, exported)
  },
}
