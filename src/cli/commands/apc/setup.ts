/** `rvr apc setup`: a guest's machine with autoprecompiles. */
import type { Command } from 'commander'
import { checkOutput, writeOutput } from '../../../files/write.ts'
import { EXIT_OK } from '../../exit-codes.ts'
import { openGuest } from '../../open-guest.ts'
import { apcSelectChoices, apcSelectOptions, type ApcSelecting } from '../../options/apc.ts'
import { buildOptions, type BuildOptions } from '../../options/build.ts'
import { addOptions, inputPath, option } from '../../options/declare.ts'
import { guestOptions, type GuestOptions } from '../../options/guest.ts'
import { createProgress, reportOptions, type ReportOptions } from '../../options/report.ts'
import { writeAnswer } from '../../output/answer.ts'
import type { Shell } from '../../shell.ts'

interface SetupOptions extends ApcSelecting, BuildOptions, GuestOptions, ReportOptions {
  readonly output?: string
}

export function declareSetup(group: Command, shell: Shell): void {
  const command = group
    .command('setup')
    .argument('<guest>', 'RISC-V ELF executable; - is standard input', inputPath)
    .summary('make the machine of a guest with autoprecompiles')
    .description('Makes the machine whose chips are those of the guest and one for each autoprecompile.')
  addOptions(command, [
    option('-o, --output <file>', 'write the machine to this file, which --machine takes'),
    ...apcSelectOptions(),
    ...guestOptions(),
    ...buildOptions(),
    ...reportOptions(),
  ])
    .addHelpText(
      'after',
      `
Example:
  $ rvr apc setup guest.elf --profile-input u64:100 --autoprecompiles 10 -o fast.json.gz
  $ rvr cost guest.elf --input u64:5000 --machine fast.json.gz`,
    )
    .action(async (file: string, options: SetupOptions) => {
      await setUp(file, options, shell)
      shell.finish(EXIT_OK)
    })
}

async function setUp(file: string, options: SetupOptions, shell: Shell): Promise<void> {
  await using progress = createProgress(options, shell)
  const { output } = options
  if (output !== undefined) await checkOutput(output)
  const choices = await apcSelectChoices(file, options, shell.signal)
  await using opened = await openGuest(file, { options, progress, shell })
  const setup = await opened.guest.apc.setup(choices)
  await progress.settle()
  if (output !== undefined) {
    const { packedMachine } = await import('../../../machine/load.ts')
    await writeOutput(output, async put => put(packedMachine(setup.machine)))
  }
  const { setupAnswer } = await import('../../../report/apc/setup.ts')
  writeAnswer(setupAnswer({ guest: opened.guest, setup, output }), options, shell)
}
