/** `rvr help`: the help of a command, as its --help prints it. */
import type { Command } from 'commander'
import { RvrError } from '../../errors.ts'
import { EXIT_OK } from '../exit-codes.ts'
import type { Shell } from '../shell.ts'

export function declareHelp(program: Command, shell: Shell): void {
  program
    .command('help')
    .argument('[command...]', 'which command, as in: help cache prune')
    .summary('print the help of a command')
    .description('Prints the help of a command, as its --help does.')
    .addHelpText('after', '\nExamples:\n  $ rvr help run\n  $ rvr help cache prune')
    .action((names: readonly string[]) => {
      commandNamed(program, names).outputHelp()
      shell.finish(EXIT_OK)
    })
}

function commandNamed(program: Command, names: readonly string[]): Command {
  let command = program
  for (const name of names) {
    const next = command.commands.find(candidate => candidate.name() === name)
    const known = command.commands.map(candidate => candidate.name()).join(', ')
    const hint = known === '' ? `rvr ${command.name()} has no commands.` : `There are ${known}.`
    if (next === undefined) throw new RvrError('USAGE', `unknown command '${name}'`, { hint })
    command = next
  }
  return command
}
