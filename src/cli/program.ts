/** The command table made into a program: parsing, help, errors, exit status. */
import { Command, CommanderError } from 'commander'
import { RvrError } from '../errors.ts'
import { commands, commandsAboutCommands } from './commands.ts'
import { EXIT_OK, EXIT_USAGE, exitStatusOfError } from './exit-codes.ts'
import { watchInterrupts } from './interrupt.ts'
import { nameRefusals } from './options/named-refusals.ts'
import { asRvrError, writeError } from './output/messages.ts'
import { addProjectOptions, readProjectFile } from './project/apply.ts'
import type { Shell } from './shell.ts'
import { watchStreams } from './output/watched-streams.ts'
import type { WorkerPool } from '../run/pool.ts'
import { version } from '../version.ts'

/** All commands as a commander program; with `only`, that one alone until a project file may speak of others. */
export async function buildProgram(shell: Shell, only?: string): Promise<Command> {
  const program = new Command('rvr')
    .description('Runs RISC-V zkVM guest programs at native speed.')
    .usage('<command> [options]')
    .version(version, '-V, --version', 'print the version; with --verbose also ABI and toolchain')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .showSuggestionAfterError(true)
    .configureOutput({
      writeOut: text => void shell.stdout.write(text),
      writeErr: text => void shell.stderr.write(text),
      outputError: () => {},
    })
    .exitOverride()
    .addHelpText('after', '\nExamples:\n  $ rvr run guest.elf --input u64:800000\n  $ rvr run --help')
  const declareMissing = async (names: readonly string[]): Promise<void> => {
    const missing = names.filter(name => program.commands.every(command => command.name() !== name))
    for (const declare of await Promise.all(missing.map(name => commands.get(name)!()))) {
      declare(program, shell)
      const command = program.commands.at(-1)!
      addProjectOptions(command)
      nameRefusals(command)
    }
  }
  await declareMissing(only === undefined ? [...commands.keys()] : [only])
  readProjectFile(program, shell, () => declareMissing([...commands.keys()]))
  return program
}

/** The one command that has to be known to carry out `argv`, where it names one that does not speak of others. */
function onlyCommand([first = '']: readonly string[]): string | undefined {
  return commands.has(first) && !commandsAboutCommands.has(first) ? first : undefined
}

/** `rvr --version --verbose` */
function asksForVersions(argv: readonly string[]): boolean {
  const given = (...names: string[]): boolean => argv.some(argument => names.includes(argument))
  return argv.length === 2 && given('-V', '--version') && given('-v', '--verbose')
}

/** A parse error of commander as one of ours, with the command to ask for help. */
function usageError(error: CommanderError, argv: readonly string[]): RvrError {
  const [first = ''] = argv
  const isUnknown = error.code === 'commander.unknownCommand' && error.message.includes(`'${first}'`)
  const known = /^[a-z]/.test(first) && !isUnknown ? ` ${first}` : ''
  const message = error.message.replace(/^error: /, '').replaceAll('\n', ' ')
  return new RvrError('USAGE', message, { hint: `rvr${known} --help shows what is accepted.`, cause: error })
}

/** Runs the command line and returns its exit status; never throws. `pool` has a thread that is starting already. */
export async function main(argv: readonly string[], pool?: WorkerPool): Promise<number> {
  const { stdout, stderr } = process
  const streams = watchStreams({ stdout, stderr })
  using interrupts = watchInterrupts()
  return streams.settle(
    await runCommand(argv, {
      stdout,
      stderr,
      signal: AbortSignal.any([interrupts.signal, streams.signal]),
      interrupted: () => interrupts.exitStatus,
      pool,
    }),
  )
}

/** Runs the command line in the given surroundings and returns its exit status; never throws. */
export async function runCommand(argv: readonly string[], surroundings: Omit<Shell, 'finish'>): Promise<number> {
  const { stdout, stderr, interrupted } = surroundings
  let status = EXIT_OK
  try {
    if (asksForVersions(argv)) {
      stdout.write(await (await import('../report/version.ts')).versionText())
      return EXIT_OK
    }
    const finish = (value: number): void => {
      status = value
    }
    const program = await buildProgram({ ...surroundings, finish }, onlyCommand(argv))
    if (argv.length === 0) {
      stderr.write(program.helpInformation())
      return EXIT_USAGE
    }
    await program.parseAsync(argv, { from: 'user' })
    return status
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT_OK
      // commander prints a command's help itself where a subcommand is missing.
      if (error.code === 'commander.help') return EXIT_USAGE
    }
    const failure = error instanceof CommanderError ? usageError(error, argv) : asRvrError(error)
    writeError(failure, { stdout, stderr }, argv.includes('--json'))
    return failure.code === 'ABORTED' ? (interrupted?.() ?? exitStatusOfError.ABORTED) : exitStatusOfError[failure.code]
  }
}
