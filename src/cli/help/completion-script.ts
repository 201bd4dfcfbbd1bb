/** Completion scripts for bash, zsh and fish, generated from the declared commands. */
import type { Command, Option } from 'commander'

interface Entry {
  /** `run`, or `cache stats`. */
  readonly path: string
  readonly summary: string
  readonly options: readonly Option[]
  /** Names of subcommands, or values of the first argument. */
  readonly words: readonly { readonly name: string; readonly summary: string }[]
}

function entryOf(path: string, command: Command): Entry {
  const choices = command.registeredArguments[0]?.argChoices ?? []
  return {
    path,
    summary: command.summary() || command.description(),
    options: command.createHelp().visibleOptions(command),
    words: [
      ...command.commands.map(sub => ({ name: sub.name(), summary: sub.summary() || sub.description() })),
      ...choices.map(name => ({ name, summary: '' })),
      ...(command.name() === 'help' ? siblingsOf(command) : []),
    ],
  }
}

/** What `rvr help` may be asked about. */
const siblingsOf = (command: Command): Entry['words'] =>
  command.parent!.commands.map(sub => ({ name: sub.name(), summary: sub.summary() }))

function entries(program: Command): Entry[] {
  return program.commands.flatMap(command => [
    entryOf(command.name(), command),
    ...command.commands.map(sub => entryOf(`${command.name()} ${sub.name()}`, sub)),
  ])
}

const flags = (option: Option): string[] =>
  [option.short, option.long].filter(flag => flag !== undefined && flag !== null)
/** In single quotes for a POSIX shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** The beginning of a command line that `path` stands for. */
const pattern = (path: string): string => quoted(path.includes(' ') ? path : `${path} `)

const bashValues = ({ argChoices }: Option): string =>
  argChoices === undefined ? 'files=1' : `values=${quoted(argChoices.join(' '))}`

/** The arm of bash's case that a command has: its words, and per option the values or files that may follow. */
function bashArm({ path, options, words }: Entry): string {
  const names = quoted([...words.map(word => word.name), ...options.flatMap(flags)].join(' '))
  const following = options
    .filter(({ required }) => required)
    .map(option => `${flags(option).join('|')}) ${bashValues(option)} ;;`)
  const arm = `    ${pattern(path)}*) words=${names}`
  return following.length === 0
    ? `${arm} ;;`
    : `${arm}\n      case $flag in\n${following.map(line => `        ${line}\n`).join('')}      esac ;;`
}

function bash(program: Command): string {
  return `# bash completion for rvr
_rvr() {
  local cur=\${COMP_WORDS[COMP_CWORD]} flag=\${COMP_WORDS[COMP_CWORD-1]} prefix= words= values= files=
  # --option=value: three words where = breaks words, else one.
  if [[ $cur == = ]]; then cur=
  elif [[ $flag == = ]]; then flag=\${COMP_WORDS[COMP_CWORD-2]}
  elif [[ $cur == --*=* ]]; then flag=\${cur%%=*} prefix=\${cur%%=*}= cur=\${cur#*=}
  fi
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W ${quoted(program.commands.map(command => command.name()).join(' '))} -- "$cur"))
    return
  fi
  case "\${COMP_WORDS[1]} \${COMP_WORDS[2]}" in
${entries(program).toReversed().map(bashArm).join('\n')}
  esac
  if [[ $values ]]; then COMPREPLY=($(compgen -P "$prefix" -W "$values" -- "$cur"))
  elif [[ $files ]]; then COMPREPLY=($(compgen -P "$prefix" -f -- "$cur"))
  elif [[ $cur == -* ]]; then COMPREPLY=($(compgen -W "$words" -- "$cur"))
  else COMPREPLY=($(compgen -W "\${words//-[^ ]*/}" -- "$cur") $(compgen -f -- "$cur"))
  fi
}
complete -o filenames -F _rvr rvr
`
}

const zshText = (text: string): string => text.replaceAll(/[[\]:\\]/g, String.raw`\$&`)

function zshValue({ argChoices, required }: Option): string {
  if (argChoices !== undefined) return `:value:(${argChoices.join(' ')})`
  return required ? ':value:_files' : ''
}

function zshOption(option: Option): string {
  const value = zshValue(option)
  // With = a long option takes its value either way.
  const named = (flag: string): string => (value !== '' && flag.startsWith('--') ? `${flag}=` : flag)
  return flags(option)
    .map(flag => quoted(`*${named(flag)}[${zshText(option.description)}]${value}`))
    .join(' ')
}

function zsh(program: Command): string {
  const describe = (words: Entry['words']): string =>
    words.map(({ name, summary }) => quoted(summary === '' ? name : `${name}:${zshText(summary)}`)).join(' ')
  const list = entries(program)
  return `#compdef rvr
# zsh completion for rvr
_rvr() {
  local -a commands
  if ((CURRENT == 2)); then
    commands=(${describe(program.commands.map(command => ({ name: command.name(), summary: command.summary() })))})
    _describe command commands
    return
  fi
  if ((CURRENT == 3)); then
    case $words[2] in
${list
  .filter(({ words }) => words.length > 0)
  .map(({ path, words }) => `      ${path}) commands=(${describe(words)}); _describe word commands ;;`)
  .join('\n')}
    esac
  fi
  case "$words[2] $words[3]" in
${list
  .toReversed()
  .map(
    ({ path, options }) => `    ${pattern(path)}*) _arguments ${options.map(zshOption).join(' ')} '*:file:_files' ;;`,
  )
  .join('\n')}
  esac
}
_rvr "$@"
`
}

function fishValue({ argChoices, required }: Option): string {
  if (argChoices !== undefined) return ` -x -a ${quoted(argChoices.join(' '))}`
  return required ? ' -r' : ''
}

function fish(program: Command): string {
  const lines = ['# fish completion for rvr']
  for (const command of program.commands)
    lines.push(`complete -c rvr -n __fish_use_subcommand -f -a ${command.name()} -d ${quoted(command.summary())}`)
  for (const { path, options, words } of entries(program)) {
    const condition = path
      .split(' ')
      .map(name => `__fish_seen_subcommand_from ${name}`)
      .join('; and ')
    for (const { name, summary } of words)
      lines.push(
        `complete -c rvr -n ${quoted(condition)} -f -a ${name}${summary === '' ? '' : ` -d ${quoted(summary)}`}`,
      )
    for (const option of options) {
      const { short, long, description } = option
      const names = [short && `-s ${short.slice(1)}`, long && `-l ${long.slice(2)}`].filter(Boolean).join(' ')
      lines.push(`complete -c rvr -n ${quoted(condition)} ${names}${fishValue(option)} -d ${quoted(description)}`)
    }
  }
  return `${lines.join('\n')}\n`
}

const writers: Readonly<Record<'bash' | 'zsh' | 'fish', (program: Command) => string>> = { bash, zsh, fish }

/** The script for one shell. */
export function completionScript(shell: keyof typeof writers, program: Command): string {
  return writers[shell](program)
}
