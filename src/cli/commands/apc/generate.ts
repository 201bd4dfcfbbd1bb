/** `rvr apc generate`: candidates for autoprecompiles of a guest, built and ranked. */
import type { Command } from 'commander'
import { EXIT_OK } from '../../exit-codes.ts'
import { apcGenerateChoices, apcGenerateOptions, type ApcGenerating } from '../../options/apc.ts'
import { buildOptions, type BuildOptions } from '../../options/build.ts'
import { addOptions, inputPath } from '../../options/declare.ts'
import { guestOptions, type GuestOptions } from '../../options/guest.ts'
import { reportOptions, type ReportOptions } from '../../options/report.ts'
import type { Shell } from '../../shell.ts'
import { tellCandidates } from './candidates.ts'

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
      const choices = () => apcGenerateChoices(file, options, shell.signal)
      await tellCandidates({ file, options, shell, choices }, (apc, asked) => apc.generate(asked))
      shell.finish(EXIT_OK)
    })
}
