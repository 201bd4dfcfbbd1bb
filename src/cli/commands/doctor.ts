/** `rvr doctor`: what toolchain was found, what it can do, what to install. */
import type { Command } from 'commander'
import { EXIT_OK, EXIT_TOOLCHAIN } from '../exit-codes.ts'
import { cacheDirectoryOption, jsonOption } from '../options/build.ts'
import { jsonLine } from '../output/messages.ts'
import type { Shell } from '../shell.ts'

interface DoctorOptions {
  readonly cacheDir?: string
  readonly cc?: string
  readonly targetCpu?: string
  readonly json?: boolean
}

export function declareDoctor(program: Command, shell: Shell): void {
  program
    .command('doctor')
    .summary('say what toolchain was found and what to install')
    .description(
      'Says which compiler, linker and make were found, what they can do, how the cache is,\nand what to install. Exit status 3 when nothing here can compile.',
    )
    .option('--cc <compiler>', 'C compiler, a path or a name (default: RVR_CC, else the newest clang, else gcc)')
    .option('--target-cpu <cpu>', 'CPU to compile for (default: native)')
    .addOption(cacheDirectoryOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExamples:\n  $ rvr doctor\n  $ rvr doctor --cc clang-22 --json')
    .action(async (options: DoctorOptions) => {
      const { examine } = await import('../../report/doctor.ts')
      const { json, text, canCompile } = await examine(options)
      shell.stdout.write(options.json ? jsonLine(json) : text)
      shell.finish(canCompile ? EXIT_OK : EXIT_TOOLCHAIN)
    })
}
