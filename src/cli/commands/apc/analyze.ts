/** `rvr apc analyze`: what the candidates of a guest are worth, and where their columns went. */
import type { Command } from 'commander'
import { checkOutput, writeOutput } from '../../../files/write.ts'
import { EXIT_OK } from '../../exit-codes.ts'
import { openGuest } from '../../open-guest.ts'
import { apcGenerateChoices, apcGenerateOptions, type ApcGenerating } from '../../options/apc.ts'
import { buildOptions, type BuildOptions } from '../../options/build.ts'
import { addOptions, inputPath, option, valued } from '../../options/declare.ts'
import { guestOptions, type GuestOptions } from '../../options/guest.ts'
import { createProgress, reportOptions, type ReportOptions } from '../../options/report.ts'
import { limitIn } from '../../options/values.ts'
import { writeAnswer } from '../../output/answer.ts'
import type { Shell } from '../../shell.ts'

interface AnalyzeOptions extends ApcGenerating, BuildOptions, GuestOptions, ReportOptions {
  readonly html?: string
  readonly top?: number
}

export function declareAnalyze(group: Command, shell: Shell): void {
  const command = group
    .command('analyze')
    .argument('<guest>', 'RISC-V ELF executable; - is standard input', inputPath)
    .summary('say what the candidates of a guest are worth')
    .description(
      'Says of each candidate how many columns, interactions and constraints are left, what it saves, ' +
        'and where its columns went.',
    )
  const own = [
    option('--html <file>', 'write the analysis as one HTML file, with a plot of what the first n save'),
    valued('--top <n>', 'candidates that are told one by one (default: 100)', limitIn({ least: 1 })),
  ]
  addOptions(command, [...own, ...apcGenerateOptions(), ...guestOptions(), ...buildOptions(), ...reportOptions()])
    .addHelpText(
      'after',
      `
Examples:
  $ rvr apc analyze guest.elf --profile-input u64:100
  $ rvr apc analyze guest.elf --profile-input u64:100 --html guest.html`,
    )
    .action(async (file: string, options: AnalyzeOptions) => {
      await analyze(file, options, shell)
      shell.finish(EXIT_OK)
    })
}

async function analyze(file: string, options: AnalyzeOptions, shell: Shell): Promise<void> {
  const { html, top } = options
  if (html !== undefined) await checkOutput(html)
  await using progress = createProgress(options, shell)
  const choices = await apcGenerateChoices(file, options, shell.signal)
  await using opened = await openGuest(file, { options, progress, shell })
  const { guest } = opened
  const analysis = await guest.apc.analyze({ ...choices, most: top })
  await progress.settle()
  if (html !== undefined) {
    const { analysisHtml } = await import('../../../report/apc/analysis/html.ts')
    await writeOutput(html, async put => put(Buffer.from(analysisHtml(guest, analysis))))
  }
  const { analysisAnswer } = await import('../../../report/apc/analysis/answer.ts')
  writeAnswer(analysisAnswer(guest, analysis), options, shell)
}
