/** `rvr compile`: ELF → shared library. */
import type { Command } from 'commander'
import { RvrError } from '../../errors.ts'
import { EXIT_OK } from '../exit-codes.ts'
import {
  addBuildOptions, addGuestOptions, addReportOptions, createProgress, DEFAULT_MODE, loadOptions, modeOption, rvrOptions, type BuildOptions, type GuestOptions,
  type ReportOptions,
} from '../options.ts'
import { jsonLine } from '../output.ts'
import type { Shell } from '../shell.ts'

interface CompileOptions extends BuildOptions, GuestOptions, ReportOptions {
  readonly mode?: string
  readonly output?: string
  readonly emitC?: string
}

export function declareCompile(program: Command, shell: Shell): void {
  const command = program.command('compile').argument('<guest>', 'RISC-V ELF executable')
    .summary('compile a guest to a shared library')
    .description('Compiles a guest to a shared library, or finds it in the cache, and prints where it is.')
    .addOption(modeOption())
    .option('-o, --output <file>', 'also copy the library to this file, for run --artifact')
    .option('--emit-c <dir>', 'also keep the generated C project in this directory')
  addReportOptions(addBuildOptions(addGuestOptions(command)))
    .addHelpText('after', `
Examples:
  $ rvr compile guest.elf
  $ rvr compile guest.elf --mode metered-cost --target-cpu x86-64-v3 -o guest.so`)
    .action(async (file: string, options: CompileOptions) => shell.finish(await compile(file, options, shell)))
}

async function compile(file: string, options: CompileOptions, shell: Shell): Promise<number> {
  if (options.cache === false && options.output === undefined) {
    throw new RvrError('USAGE', 'with --no-cache the library needs a place', { hint: 'Add -o FILE.' })
  }
  const { Rvr } = await import('../../index.ts')
  await using progress = createProgress(options, shell)
  await using rvr = await Rvr.create(rvrOptions(options, progress))
  const guest = await rvr.load(file, loadOptions(options))
  const artifact = await guest.compile(options.mode ?? DEFAULT_MODE, { signal: shell.signal, ...(options.emitC !== undefined && { emitDirectory: options.emitC }) })
  const path = options.output === undefined ? artifact.file! : await artifact.save(options.output)
  await progress.settle()
  if (options.json) {
    const { compileJson } = await import('../../report/json.ts')
    shell.stdout.write(jsonLine(compileJson(path, guest, artifact)))
  } else {
    const { compileText } = await import('../../report/text.ts')
    shell.stdout.write(compileText(path, artifact))
  }
  return EXIT_OK
}
