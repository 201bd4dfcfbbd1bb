/** `rvr cache`: what is in the cache, whether it is whole, and how it served. */
import type { Command } from 'commander'
import { EXIT_OK } from '../exit-codes.ts'
import { cacheDirectoryOption } from '../options/build.ts'
import { jsonOption } from '../options/report.ts'
import { writeAnswer } from '../output/answer.ts'
import { Progress } from '../progress/progress.ts'
import type { Shell } from '../shell.ts'
import { clear } from './cache/clear.ts'
import { explain } from './cache/explain.ts'
import { exportEntries } from './cache/export.ts'
import { importEntries } from './cache/import.ts'
import { ls } from './cache/ls.ts'
import { prune } from './cache/prune.ts'
import { show } from './cache/show.ts'
import { stats } from './cache/stats.ts'
import type { Subcommand } from './cache/subcommand.ts'
import { verify } from './cache/verify.ts'

/** In the order in which help shows them. */
const subcommands: readonly Subcommand[] = [
  stats,
  ls,
  show,
  explain,
  verify,
  prune,
  exportEntries,
  importEntries,
  clear,
]

interface CommonOptions {
  readonly cacheDir?: string
  readonly json?: boolean
}

export function declareCache(program: Command, shell: Shell): void {
  const group = program
    .command('cache')
    .usage('<command> [options]')
    .helpCommand(false)
    .summary('look into the cache of compiled guests')
    .description('Looks into the cache of compiled guests and looks after it.')
    .addHelpText('after', '\nExamples:\n  $ rvr cache stats\n  $ rvr cache verify --json')
  for (const subcommand of subcommands) declareSubcommand(group, subcommand, shell)
}

function declareSubcommand(group: Command, subcommand: Subcommand, shell: Shell): void {
  const { name, summary, argument } = subcommand
  const command = group
    .command(name)
    .summary(summary)
    .description(`${summary[0]!.toUpperCase()}${summary.slice(1)}.`)
  if (argument !== undefined) command.argument(`<${argument.name}>`, argument.text)
  subcommand.declare?.(command)
  command
    .addOption(cacheDirectoryOption())
    .addOption(jsonOption())
    .addHelpText('after', examplesText(subcommand))
    .action(async (...given: unknown[]) => {
      const options = command.opts<CommonOptions>()
      await using progress = new Progress({ stream: shell.stderr })
      const answer = await subcommand.answer({
        argument: argument === undefined ? '' : String(given[0]),
        all: argument === undefined ? [] : [given[0]].flat().map(String),
        options: { ...options },
        progress,
        shell,
        openCache: async () =>
          (await import('../../store/cache.ts')).openCache({ cacheDir: options.cacheDir }, progress.sink),
      })
      await progress.settle()
      writeAnswer(answer, options, shell)
      shell.finish(EXIT_OK)
    })
}

function examplesText({ examples }: Subcommand): string {
  const lines = examples.map(example => `  $ ${example}`).join('\n')
  return `\nExample${examples.length > 1 ? 's' : ''}:\n${lines}`
}
