/** The manual page, made from the command table. */
import type { Command } from 'commander'
import { version } from '../../version.ts'

/** Text for roff: a backslash, a dot at the beginning of a line and hyphens mean something else there. */
const roff = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^(['.])/gm, '\\&$1')
const bold = (text: string): string => `\\fB${roff(text)}\\fR`

/** A paragraph with a hanging term. */
const item = (term: string, text: string): string => `.TP\n${bold(term)}\n${roff(text)}\n`

function argumentsOf(command: Command): string {
  return command.registeredArguments
    .map(argument => {
      const name = `${argument.name()}${argument.variadic ? '...' : ''}`
      return argument.required ? `<${name}>` : `[${name}]`
    })
    .join(' ')
}

/** Text that was added behind the help: exit statuses and examples. */
function afterHelp(command: Command): string {
  let text = ''
  command
    .configureOutput({
      writeOut: part => {
        text += part
      },
    })
    .outputHelp()
  const end = text.indexOf(command.helpInformation()) + command.helpInformation().length
  return text.slice(end).trim()
}

function section(path: string, command: Command): string {
  const help = command.createHelp()
  const examples = afterHelp(command)
  return [
    `.SS ${bold(path)} ${roff(argumentsOf(command))}\n${roff(command.description())}\n`,
    ...command.registeredArguments
      .filter(({ description }) => description !== '')
      .map(argument => item(argument.name(), argument.description)),
    ...help.visibleOptions(command).map(option => item(option.flags, help.optionDescription(option))),
    examples === '' ? '' : `.PP\n.nf\n${roff(examples)}\n.fi\n`,
  ].join('')
}

function leaves(command: Command, path: string): [string, Command][] {
  if (command.commands.length === 0) return [[path, command]]
  return command.commands.flatMap(sub => leaves(sub, path === '' ? sub.name() : `${path} ${sub.name()}`))
}

/** `rvr.1`: roff with the macros of man(7). */
export function manPage(program: Command): string {
  return [
    `.TH RVR 1 "" "rvr ${version}"\n.SH NAME\nrvr \\- ${roff(
      program
        .description()
        .replace(/^./, first => first.toLowerCase())
        .replace(/\.$/, ''),
    )}\n`,
    `.SH SYNOPSIS\n${bold('rvr')} <command> [options]\n`,
    `.SH COMMANDS\n${leaves(program, '')
      .map(([path, command]) => section(path, command))
      .join('')}`,
    '.SH SEE ALSO\nThe pages in docs/ of the package: cli.md, environment.md, errors.md.\n',
  ].join('')
}
