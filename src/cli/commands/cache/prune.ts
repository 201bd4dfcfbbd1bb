/** `rvr cache prune`: down to a size and an age, now. */
import { InvalidArgumentError } from 'commander'
import { addOptions, valued } from '../../options/declare.ts'
import { parseSize } from '../../options/values.ts'
import type { Subcommand } from './subcommand.ts'

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

/** `90d`, `12h` → milliseconds. */
export function parseAge(text: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)([smhdw])$/.exec(text.trim()) ?? []
  if (digits === undefined) throw new InvalidArgumentError('Write a number and a unit: 12h, 30d, 8w.')
  return Number(digits) * UNITS[unit!]!
}

interface PruneOptions {
  readonly maxSize?: number
  readonly maxAge?: number
}

export const prune: Subcommand = {
  name: 'prune',
  summary: 'remove the least recently used entries, and leftovers',
  examples: ['rvr cache prune', 'rvr cache prune --max-size 1GiB --max-age 30d'],
  declare(command) {
    addOptions(command, [
      valued(
        '--max-size <size>',
        'until the entries take no more than this: 1GiB (default: RVR_CACHE_MAX_BYTES, else 5GiB)',
        parseSize,
      ),
      valued(
        '--max-age <age>',
        'also those not used for this long: 12h, 30d, 8w (default: RVR_CACHE_MAX_DAYS, else any age)',
        parseAge,
      ),
    ])
  },
  async answer({ options, openCache }) {
    const { maxSize, maxAge } = options as PruneOptions
    const { pruneAnswer } = await import('../../../report/cache/prune.ts')
    // An absent limit is the cache's own.
    return pruneAnswer(await openCache(), { maxBytes: maxSize, maxAgeMs: maxAge })
  },
}
