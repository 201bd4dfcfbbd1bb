/** `rvr apc select`: the candidates of a guest that become autoprecompiles. */
import type { Command } from 'commander'
import { EXIT_OK } from '../../exit-codes.ts'
import { apcSelectChoices, apcSelectOptions, type ApcSelecting } from '../../options/apc.ts'
import { buildOptions, type BuildOptions } from '../../options/build.ts'
import { addOptions, inputPath } from '../../options/declare.ts'
import { guestOptions, type GuestOptions } from '../../options/guest.ts'
import { reportOptions, type ReportOptions } from '../../options/report.ts'
import type { Shell } from '../../shell.ts'
import { tellCandidates } from './candidates.ts'

interface SelectOptions extends ApcSelecting, BuildOptions, GuestOptions, ReportOptions {}

export function declareSelect(group: Command, shell: Shell): void {
  const command = group
    .command('select')
    .argument('<guest>', 'RISC-V ELF executable; - is standard input', inputPath)
    .summary('take the first candidates of a guest')
    .description('Takes the first of the candidates that generate has ranked, and generates them where need be.')
  addOptions(command, [...apcSelectOptions(), ...guestOptions(), ...buildOptions(), ...reportOptions()])
    .addHelpText(
      'after',
      `
Examples:
  $ rvr apc select guest.elf --profile-input u64:100 --autoprecompiles 10
  $ rvr apc select guest.elf --pgo instruction --autoprecompiles 5 --skip 2 --json`,
    )
    .action(async (file: string, options: SelectOptions) => {
      const choices = () => apcSelectChoices(file, options, shell.signal)
      await tellCandidates({ file, options, shell, choices }, (apc, asked) => apc.select(asked))
      shell.finish(EXIT_OK)
    })
}
