/** `rvr doctor`: what toolchain was found, what it can do, what to install. */
import type { Command } from 'commander'
import { EXIT_OK, EXIT_TOOLCHAIN } from '../exit-codes.ts'
import { cacheDirectoryOption } from '../options/build.ts'
import { jsonOption } from '../options/report.ts'
import { writeAnswer } from '../output/answer.ts'
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
      'Says which compiler, linker and make were found, what they can do, how the cache is,\n' +
        'and what to install. Exit status 3 when nothing here can compile.',
    )
    .option('--cc <compiler>', 'C compiler, a path or a name (default: RVR_CC, else the newest clang, else gcc)')
    .option('--target-cpu <cpu>', 'CPU to compile for (default: native)')
    .addOption(cacheDirectoryOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExamples:\n  $ rvr doctor\n  $ rvr doctor --cc clang-22 --json')
    .action(async (options: DoctorOptions) => {
      const { examine } = await import('../../report/doctor.ts')
      const answer = await examine(options)
      writeAnswer(answer, options, shell)
      shell.finish(answer.canCompile ? EXIT_OK : EXIT_TOOLCHAIN)
    })
}
