/** `rvr apc generate`: candidates for autoprecompiles of a guest, built and ranked. */
import type { Command } from 'commander'
import { EXIT_OK } from '../../exit-codes.ts'
import { openGuest } from '../../open-guest.ts'
import { apcGenerateChoices, apcGenerateOptions, type ApcGenerating } from '../../options/apc.ts'
import { buildOptions, type BuildOptions } from '../../options/build.ts'
import { addOptions, inputPath } from '../../options/declare.ts'
import { guestOptions, type GuestOptions } from '../../options/guest.ts'
import { createProgress, reportOptions, type ReportOptions } from '../../options/report.ts'
import { writeAnswer } from '../../output/answer.ts'
import type { Shell } from '../../shell.ts'

interface GenerateOptions extends ApcGenerating, BuildOptions, GuestOptions, ReportOptions {}

export function declareGenerate(group: Command, shell: Shell): void {
  const command = group
    .command('generate')
    .argument('<guest>', 'RISC-V ELF executable; - is standard input', inputPath)
    .summary('build and rank the candidates of a guest')
    .description(
      'Counts how often each block of a guest is executed, makes a candidate of each, and ranks them. ' +
        'The result is kept in the cache.',
    )
  addOptions(command, [...apcGenerateOptions(), ...guestOptions(), ...buildOptions(), ...reportOptions()])
    .addHelpText(
      'after',
      `
Examples:
  $ rvr apc generate guest.elf --profile-input u64:100
  $ rvr apc generate guest.elf --profile-input u64:100 --max-columns 2000 --candidates-dir out`,
    )
    .action(async (file: string, options: GenerateOptions) => {
      await generate(file, options, shell)
      shell.finish(EXIT_OK)
    })
}

async function generate(file: string, options: GenerateOptions, shell: Shell): Promise<void> {
  await using progress = createProgress(options, shell)
  const choices = await apcGenerateChoices(file, options, shell.signal)
  await using opened = await openGuest(file, { options, progress, shell })
  const candidates = await opened.guest.apc.generate(choices)
  await progress.settle()
  const { candidatesAnswer } = await import('../../../report/apc/candidates.ts')
  writeAnswer(candidatesAnswer(opened.guest, candidates), options, shell)
}
