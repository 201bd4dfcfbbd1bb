/** `rvr compile`: ELF → shared library. */
import type { Command, Option } from 'commander'
import { RvrError } from '../../errors.ts'
import type { ModeName } from '../../modes/registry.ts'
import type { Artifact } from '../../sdk/artifact.ts'
import type { Guest } from '../../sdk/guest.ts'
import type { Cache } from '../../store/cache.ts'
import { EXIT_OK } from '../exit-codes.ts'
import { openGuest } from '../open-guest.ts'
import { buildOptions, type BuildOptions } from '../options/build.ts'
import { addOptions, collecting, inputPath, option } from '../options/declare.ts'
import { DEFAULT_MODE, guestOptions, modeOption, type GuestOptions } from '../options/guest.ts'
import { expandGuests, isPattern } from '../options/guest-patterns.ts'
import { profileOption, type ProfileOptions } from '../options/profiles.ts'
import { createProgress, reportOptions, type ReportOptions } from '../options/report.ts'
import { writeAnswer } from '../output/answer.ts'
import type { Shell } from '../shell.ts'
import { compileKept } from './compile/kept-library.ts'

interface CompileOptions extends BuildOptions, GuestOptions, ReportOptions, ProfileOptions {
  readonly mode?: readonly ModeName[]
  readonly output?: string
  readonly emitC?: string
}

/** --mode, several times for several modes. */
function modesOption(): Option {
  const mode = modeOption()
  const check = mode.parseArg!
  mode.description = mode.description.replace(' (default', ', repeatable (default')
  return mode.argParser(collecting(text => check(text, text)))
}

export function declareCompile(program: Command, shell: Shell): void {
  const command = program
    .command('compile')
    .argument(
      '<guest...>',
      'RISC-V ELF executables, or patterns of their names in quotes; - is standard input',
      collecting(inputPath),
    )
    .summary('compile guests to shared libraries')
    .description(
      'Compiles a guest to a shared library, or finds it in the cache, and prints where it is. ' +
        'Of several guests or modes one that fails stops no other.',
    )
  addOptions(command, [
    modesOption(),
    profileOption(),
    option('-o, --output <file>', 'also copy the library to this file, for run --artifact'),
    option('--emit-c <dir>', 'also keep the generated C project in this directory'),
    ...guestOptions(),
    ...buildOptions(),
    ...reportOptions(),
  ])
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
  const { output, emitC, profile } = options
  const { signal } = shell
  if (output !== undefined) await (await import('../../files/write.ts')).checkOutput(output)
  await using progress = createProgress(options, shell)
  await using opened = await openGuest(file, { options, progress, shell })
  const { guest, rvr } = opened
  const choices = { signal, emitDirectory: emitC, profile }
  const save = async (path: string): Promise<{ artifact: Artifact; library: string }> => {
    const artifact = await guest.compile(mode, choices)
    return { artifact, library: await artifact.save(path, { signal }) }
  }
  const { artifact, library } =
    output === undefined ? await compileKept({ guest, cache: rvr.cache }, mode, choices) : await save(output)
  await progress.settle()
  const { compileAnswer } = await import('../../report/compile/artifact.ts')
  writeAnswer(compileAnswer(library, guest, artifact), options, shell)
  await prepareInterpreter(guest, artifact, rvr.cache, signal)
  return EXIT_OK
}

/** A compile that took longer has users who should not wait for the next one. */
const LONG_MS = 2000

/** Makes ready what the next guest starts in that is in no cache: once, where compiling takes its time. */
async function prepareInterpreter(guest: Guest, artifact: Artifact, cache: Cache, signal: AbortSignal): Promise<void> {
  const { compileMs = 0 } = artifact.timing
  if (compileMs < LONG_MS || cache.state !== 'ready') return
  // Nobody asked for it, so nobody hears that it cannot be made.
  await guest.interpretNatively(artifact.mode, { signal }).catch(() => {})
}
