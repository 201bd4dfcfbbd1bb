/** `rvr completions`: shell completion scripts from the command table. */
import { Argument, type Command } from 'commander'
import { EXIT_OK } from '../exit-codes.ts'
import { jsonOption } from '../options/report.ts'
import { writeAnswer } from '../output/answer.ts'
import type { Shell } from '../shell.ts'

const shells = ['bash', 'zsh', 'fish'] as const

export function declareCompletions(program: Command, shell: Shell): void {
  program
    .command('completions')
    .addArgument(new Argument('<shell>', 'which shell').choices(shells))
    .summary('print a shell completion script')
    .description('Prints a script that completes rvr commands and options.')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ rvr completions bash > ~/.local/share/bash-completion/completions/rvr
  $ rvr completions zsh > ~/.zfunc/_rvr
  $ rvr completions fish > ~/.config/fish/completions/rvr.fish`,
    )
    .action(async (name: (typeof shells)[number], options: { json?: boolean }) => {
      const { completionScript } = await import('../help/completion-script.ts')
      const script = completionScript(name, program)
      writeAnswer({ json: { shell: name, script }, text: script }, options, shell)
      shell.finish(EXIT_OK)
    })
}
