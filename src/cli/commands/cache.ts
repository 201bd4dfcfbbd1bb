/** `rvr cache`: what is in the cache, whether it is whole, and how it served. */
import type { Command } from 'commander'
import type { Cache } from '../../cache/cache.ts'
import { RvrError } from '../../errors.ts'
import { EXIT_OK } from '../exit-codes.ts'
import { cacheDirectoryOption, jsonOption } from '../options.ts'
import { jsonLine } from '../output.ts'
import { Progress } from '../progress.ts'
import type { Shell } from '../shell.ts'

interface CacheOptions {
  readonly cacheDir?: string
  readonly json?: boolean
}

/** What a subcommand found: an object for --json, text for people. */
interface Answer {
  readonly json: object
  readonly text: string
}

interface Subcommand {
  readonly name: string
  readonly summary: string
  /** Description of the argument, where there is one. */
  readonly argument?: string
  readonly example: string
  answer(cache: Cache, argument: string): Promise<Answer>
}

const subcommands: readonly Subcommand[] = [
  {
    name: 'stats', summary: 'how often each outcome happened, and how much is stored', example: 'rvr cache stats --json',
    async answer(cache) {
      const { statsAnswer } = await import('../../report/cache.ts')
      return statsAnswer(cache)
    },
  },
  {
    name: 'ls', summary: 'list the stored libraries, the last used first', example: 'rvr cache ls',
    async answer(cache) {
      const { listAnswer } = await import('../../report/cache.ts')
      return listAnswer(cache)
    },
  },
  {
    name: 'show', summary: 'show one entry and the parts of its key', argument: 'the key or its first digits', example: 'rvr cache show 3f9a0c',
    async answer(cache, key) {
      if (!/^[0-9a-f]{1,64}$/i.test(key)) throw new RvrError('USAGE', `${JSON.stringify(key)} is not a key`, { hint: 'Keys are hex digits; rvr cache ls prints them.' })
      const { showAnswer } = await import('../../report/cache.ts')
      return showAnswer(cache, key)
    },
  },
  {
    name: 'verify', summary: 'check every entry and put damaged ones aside', example: 'rvr cache verify',
    async answer(cache) {
      const { verifyAnswer } = await import('../../report/cache.ts')
      return verifyAnswer(cache)
    },
  },
  {
    name: 'clear', summary: 'remove all entries', example: 'rvr cache clear --cache-dir ./cache',
    async answer(cache) {
      const removed = await cache.clear()
      return { json: { directory: cache.directory, removed }, text: `removed ${removed} ${removed === 1 ? 'entry' : 'entries'} from ${cache.directory}\n` }
    },
  },
]

export function declareCache(program: Command, shell: Shell): void {
  const group = program.command('cache').usage('<command> [options]').helpCommand(false)
    .summary('look into the cache of compiled guests')
    .description('Looks into the cache of compiled guests and looks after it.')
    .addHelpText('after', '\nExamples:\n  $ rvr cache stats\n  $ rvr cache verify --json')
  for (const { name, summary, argument, example, answer } of subcommands) {
    const command = group.command(name).summary(summary).description(`${summary[0]!.toUpperCase()}${summary.slice(1)}.`)
    if (argument !== undefined) command.argument('<key>', argument)
    command.addOption(cacheDirectoryOption()).addOption(jsonOption()).addHelpText('after', `\nExample:\n  $ ${example}`)
      .action(async (...given: unknown[]) => {
        const options = command.opts<CacheOptions>()
        const { openCache } = await import('../../cache/cache.ts')
        await using progress = new Progress({ stream: shell.stderr })
        const cache = await openCache({ cacheDir: options.cacheDir }, progress.sink)
        const { json, text } = await answer(cache, argument === undefined ? '' : String(given[0]))
        shell.stdout.write(options.json ? jsonLine(json) : text)
        shell.finish(EXIT_OK)
      })
  }
}
