/** `rvr doctor`: what toolchain was found, what it can do, what to install. */
import type { Command } from 'commander'
import { RvrError } from '../../errors.ts'
import type { PreparedInterpreter } from '../../sdk/prepare.ts'
import { EXIT_OK, EXIT_TOOLCHAIN } from '../exit-codes.ts'
import { cacheDirectoryOption } from '../options/build.ts'
import { jsonOption } from '../options/report.ts'
import { writeAnswer } from '../output/answer.ts'
import type { Shell } from '../shell.ts'

interface DoctorOptions {
  readonly cacheDir?: string
  readonly cc?: string
  readonly targetCpu?: string
  readonly prepare?: boolean
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
    .option('--prepare', 'make the native interpreters ready, in which guests start that are in no cache')
    .addOption(cacheDirectoryOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExamples:\n  $ rvr doctor\n  $ rvr doctor --cc clang-22 --json\n  $ rvr doctor --prepare')
    .action(async (options: DoctorOptions) => {
      const { examine, withPrepared } = await import('../../report/doctor.ts')
      const found = await examine(options)
      const isPreparing = options.prepare === true && found.canCompile
      const answer = isPreparing ? withPrepared(found, await prepare(options, shell)) : found
      writeAnswer(answer, options, shell)
      shell.finish(answer.canCompile ? EXIT_OK : EXIT_TOOLCHAIN)
    })
}

/** A cache that keeps nothing is no place for what later processes start with. */
async function prepare(options: DoctorOptions, { signal }: Shell): Promise<readonly PreparedInterpreter[]> {
  const { cacheDir, cc, targetCpu } = options
  const { Rvr } = await import('../../sdk/rvr.ts')
  await using rvr = await Rvr.create({ cacheDir, cc, targetCpu })
  const { state, directory } = rvr.cache
  if (state !== 'ready')
    throw new RvrError('IO', `there is no place for native interpreters: the cache is ${state}`, {
      hint: 'Choose another cache with --cache-dir or RVR_CACHE_DIR.',
      details: { directory },
    })
  // Awaited here: rvr ends with this block.
  return await rvr.prepare({ signal })
}
