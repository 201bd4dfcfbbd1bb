/** `rvr apc optimize`: what an optimiser leaves of a constraint system. */
import type { Command } from 'commander'
import { readInput } from '../../../files/read.ts'
import { checkOutput, writeOutput } from '../../../files/write.ts'
import { EXIT_OK } from '../../exit-codes.ts'
import { inputPath, option } from '../../options/declare.ts'
import { jsonOption, type ReportOptions } from '../../options/report.ts'
import { writeAnswer } from '../../output/answer.ts'
import type { Shell } from '../../shell.ts'

interface OptimizeOptions extends Pick<ReportOptions, 'json'> {
  readonly output?: string
  readonly verify?: boolean
}

export function declareOptimize(group: Command, shell: Shell): void {
  group
    .command('optimize')
    .argument('<file>', 'constraint system, .json or .json.gz; - is standard input', inputPath)
    .summary('optimise the constraint system of a block')
    .description(
      'Optimises the constraint system of a block: its effect stays, with fewer columns, interactions and constraints.',
    )
    .addOption(option('-o, --output <file>', 'write what is left to this file, in gzip if its name ends with .gz'))
    .addOption(option('--verify', 'check the result on random executions; exit status 4 if it is wrong'))
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  $ rvr apc optimize block.json.gz -o smaller.json.gz')
    .action(async (file: string, options: OptimizeOptions) => {
      await optimize(file, options, shell)
      shell.finish(EXIT_OK)
    })
}

async function optimize(path: string, options: OptimizeOptions, shell: Shell): Promise<void> {
  const { output } = options
  if (output !== undefined) await checkOutput(output)
  const bytes = await readInput('system', path, shell.signal)
  const { optimisedFile } = await import('../../../report/apc/optimised.ts')
  const { answer, file } = optimisedFile(bytes, options.verify)
  if (output !== undefined) await writeOutput(output, async put => put(file(output.endsWith('.gz'))))
  writeAnswer(answer, options, shell)
}
