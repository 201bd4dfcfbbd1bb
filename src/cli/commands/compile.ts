/** `rvr compile`: ELF → shared library. */
import type { Command, Option } from 'commander'
import { RvrError } from '../../errors.ts'
import { EXIT_OK } from '../exit-codes.ts'
import { expandGuests, isPattern } from '../options/guest-patterns.ts'
import {
  addBuildOptions,
  addGuestOptions,
  addReportOptions,
  append,
  createProgress,
  DEFAULT_MODE,
  inputPath,
  loadOptions,
  modeOption,
  rvrOptions,
  type BuildOptions,
  type GuestOptions,
  type ReportOptions,
} from '../options/build.ts'
import { checkPlace, keptFile } from './compile/kept-library.ts'
import { jsonLine } from '../output/messages.ts'
import { profileOption, profileOptions, type ProfileOptions } from '../options/profiles.ts'
import type { Shell } from '../shell.ts'
import type { ModeName } from '../../modes/registry.ts'

interface CompileOptions extends BuildOptions, GuestOptions, ReportOptions, ProfileOptions {
  readonly mode?: readonly ModeName[]
  readonly output?: string
  readonly emitC?: string
}

/** --mode, several times for several modes. */
function modesOption(): Option {
  const option = modeOption()
  const check = option.parseArg!
  option.description = option.description.replace(' (default', ', repeatable (default')
  return option.argParser((value, earlier: readonly string[] | undefined) => [...(earlier ?? []), check(value, value)])
}

export function declareCompile(program: Command, shell: Shell): void {
  const command = program
    .command('compile')
    .argument(
      '<guest...>',
      'RISC-V ELF executables, or patterns of their names in quotes; - is standard input',
      (text, earlier: readonly string[] | undefined) => append(inputPath(text), earlier ?? []),
    )
    .summary('compile guests to shared libraries')
    .description(
      'Compiles a guest to a shared library, or finds it in the cache, and prints where it is. Of several guests or modes one that fails stops no other.',
    )
    .addOption(modesOption())
    .addOption(profileOption())
    .option('-o, --output <file>', 'also copy the library to this file, for run --artifact')
    .option('--emit-c <dir>', 'also keep the generated C project in this directory')
  addReportOptions(addBuildOptions(addGuestOptions(command)))
    .addHelpText(
      'after',
      `
Examples:
  $ rvr compile guest.elf
  $ rvr compile guest.elf --mode metered-cost --target-cpu x86-64-v3 -o guest.so
  $ rvr compile guest.elf --profile guest.profile
  $ rvr compile 'guests/**/*.elf' --mode pure --mode metered --jobs 8`,
    )
    .action(async (guests: readonly string[], options: CompileOptions) =>
      shell.finish(await compileAll(guests, options, shell)),
    )
}

/** One guest in one mode is a result of its own, whatever a list would look like. */
async function compileAll(guests: readonly string[], options: CompileOptions, shell: Shell): Promise<number> {
  const modes = [...new Set<ModeName>(options.mode ?? [DEFAULT_MODE])]
  const [only, ...others] = guests
  if (only !== undefined && others.length === 0 && !isPattern(only) && modes.length === 1)
    return compile(only, modes[0]!, options, shell)
  const { compileMany } = await import('./compile/many.ts')
  return compileMany(await expandGuests(guests), modes, options, shell)
}

async function compile(file: string, mode: ModeName, options: CompileOptions, shell: Shell): Promise<number> {
  if (options.cache === false && options.output === undefined) {
    throw new RvrError('USAGE', 'with --no-cache the library needs a place', { hint: 'Add -o FILE.' })
  }
  if (options.output !== undefined) await (await import('../../files/write.ts')).checkOutput(options.output)
  const { Rvr } = await import('../../index.ts')
  await using progress = createProgress(options, shell)
  await using rvr = await Rvr.create(rvrOptions(options, progress, shell))
  const guest = await rvr.load(file, loadOptions(options, shell))
  if (options.output === undefined)
    await checkPlace(rvr.cache, async () => (await guest.explainCache(mode, profileOptions(options))).outcome === 'hit')
  const artifact = await guest.compile(mode, {
    signal: shell.signal,
    ...(options.emitC !== undefined && { emitDirectory: options.emitC }),
    ...profileOptions(options),
  })
  const path =
    options.output === undefined ? keptFile(artifact) : await artifact.save(options.output, { signal: shell.signal })
  await progress.settle()
  if (options.json) {
    const { compileJson } = await import('../../report/run/json.ts')
    shell.stdout.write(jsonLine(compileJson(path, guest, artifact)))
  } else {
    const { compileText } = await import('../../report/run/text.ts')
    shell.stdout.write(compileText(path, artifact))
  }
  return EXIT_OK
}
