/** `rvr vkey`: what proofs of a guest's runs are verified with. */
import type { Command } from 'commander'
import { EXIT_OK } from '../exit-codes.ts'
import { openGuest } from '../open-guest.ts'
import { buildOptions, type BuildOptions } from '../options/build.ts'
import { addOptions, inputPath, option } from '../options/declare.ts'
import { guestOptions, type GuestOptions } from '../options/guest.ts'
import { keyOptions, type KeyOptions } from '../options/proofs.ts'
import { createProgress, reportOptions, type ReportOptions } from '../options/report.ts'
import { writeAnswer } from '../output/answer.ts'
import type { Shell } from '../shell.ts'

interface VkeyOptions extends KeyOptions, GuestOptions, BuildOptions, ReportOptions {
  readonly output: string
}

export function declareVkey(program: Command, shell: Shell): void {
  const command = program
    .command('vkey')
    .argument('<guest>', 'RISC-V ELF executable; - is standard input', inputPath)
    .summary("the verifying key of a guest's proofs")
    .description(
      'Makes the key that proofs of all runs of a guest are verified with: of the AIRs of its machine, its code, and ' +
        'the memory that it begins with. The same guest, machine and set give the same key, byte for byte.',
    )
  addOptions(command, [
    option('-o, --output <file>', 'where the key is written').makeOptionMandatory(),
    ...keyOptions(),
    ...guestOptions(),
    ...buildOptions(),
    ...reportOptions(),
  ])
    .addHelpText(
      'after',
      `
Exit status: 0 done; 2 bad usage or input; 3 no toolchain or compile failed;
5 runs of the guest cannot be proved; 130 interrupted.

Examples:
  $ rvr vkey guest.elf -o key.vkey
  $ rvr vkey guest.elf --set small -o small.vkey
  $ rvr inspect key.vkey`,
    )
    .action(async (file: string, options: VkeyOptions) => shell.finish(await vkey(file, options, shell)))
}

async function vkey(file: string, options: VkeyOptions, shell: Shell): Promise<number> {
  const { signal } = shell
  const { checkOutput } = await import('../../files/write.ts')
  await checkOutput(options.output, { signal })
  await using progress = createProgress(options, shell)
  await using opened = await openGuest(file, { options, progress, shell })
  const { guest } = opened
  const { set, threads, output } = options
  const key = await guest.verifyingKey({ set, threads, signal })
  const written = await key.save(output, { signal })
  await progress.settle()
  const { keyAnswer } = await import('../../report/proofs/made.ts')
  writeAnswer(keyAnswer(guest, key, written), options, shell)
  return EXIT_OK
}
