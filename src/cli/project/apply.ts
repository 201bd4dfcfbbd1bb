/** Options from the project file, where neither the command line nor the environment says otherwise. */
import { dirname, resolve } from 'node:path'
import { Option, type Command } from 'commander'
import { nearestTo } from '../../accept.ts'
import { RvrError, messageOf } from '../../errors.ts'
import type { Shell } from '../shell.ts'
import { projectError, projectFile, type ProjectFile } from './file.ts'
import { projectKeys, type ProjectKey } from './keys.ts'

const isTable = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)

/** The options of a command that a key of the file means: `--remote-cache` and `--no-remote-cache`, say. */
const optionsNamed = (command: Command, key: string): Option[] =>
  command.options.filter(option => option.long === `--${key}` || option.long === `--no-${key}`)

/** `run`, or `cache prune`. */
function pathOf(command: Command): string[] {
  return command.parent === null ? [] : [...pathOf(command.parent), command.name()]
}

/** Adds --project and --no-project to a command, and those below it, that the file can say something about. */
export function addProjectOptions(command: Command): void {
  command.commands.forEach(addProjectOptions)
  if (command.commands.length > 0 || !Object.keys(projectKeys).some(key => optionsNamed(command, key).length > 0))
    return
  command
    .addOption(
      new Option(
        '--project <file>',
        'options that are always the same (default: RVR_PROJECT, else rvr.toml here or above; docs/cli.md)',
      ),
    )
    .addOption(new Option('--no-project', 'use no project file'))
}

/** Has the file read before a command acts; it may speak of other commands, which `declareOthers` declares then. */
export function readProjectFile(program: Command, shell: Shell, declareOthers: () => Promise<void>): void {
  program.hook('preAction', async (_program, command) => {
    if (optionsNamed(command, 'project').length === 0) return
    const { project } = command.opts<{ project?: string | boolean }>()
    const file = await projectFile(project, {
      environment: process.env,
      directory: process.cwd(),
      signal: shell.signal,
    })
    if (file === undefined) return
    await declareOthers()
    apply(file, command, program)
  })
}

function apply(file: ProjectFile, command: Command, program: Command): void {
  checkNames(file, file.content, program, [])
  const tables = [file.content]
  for (const name of pathOf(command)) {
    const next = tables.at(-1)![name]
    tables.push(isTable(next) ? next : {})
  }
  for (const [key, meaning] of Object.entries(projectKeys)) {
    // A command's own table says more than those around it.
    const value = tables.findLast(table => table[key] !== undefined && !isTable(table[key]))?.[key]
    if (value === undefined || optionsNamed(command, key).length === 0) continue
    if (meaning.runsCode === true && file.isFound) {
      throw projectError(
        file.path,
        `${key} decides whose code runs, which a file that was found by itself may not`,
        `Name the file with --project ${file.path} or RVR_PROJECT if you trust it.`,
        { field: key },
      )
    }
    set(file, command, { key, meaning, value })
  }
}

/** Every key has to be one that counts somewhere; tables are commands. */
function checkNames(
  { path }: Pick<ProjectFile, 'path'>,
  table: Readonly<Record<string, unknown>>,
  command: Command,
  above: readonly string[],
): void {
  const commands = command.commands.map(sub => sub.name())
  const keys = Object.keys(projectKeys).filter(
    key => command.commands.length > 0 || optionsNamed(command, key).length > 0,
  )
  for (const [name, value] of Object.entries(table)) {
    const known = isTable(value) ? commands : keys
    if (!known.includes(name)) {
      const field = [...above, name].join('.')
      const near = nearestTo(name, known)
      const hint = `${near === undefined ? '' : `Is ${near} meant? `}docs/cli.md lists what may stand there.`
      throw projectError(path, `there is no ${isTable(value) ? 'command' : 'option'} ${field}`, hint, {
        field,
        nearest: near,
      })
    }
    if (isTable(value))
      checkNames(
        { path },
        value,
        command.commands.find(sub => sub.name() === name)!,
        [...above, name],
      )
  }
}

/** One line of the file. */
interface Setting {
  readonly key: string
  readonly meaning: ProjectKey
  readonly value: unknown
}

function set(file: ProjectFile, command: Command, setting: Setting): void {
  const { key, meaning } = setting
  const { variable, yieldsTo = [], applies } = meaning
  const options = optionsNamed(command, key)
  const attribute = options[0]!.attributeName()
  const isGiven = (name: string): boolean => command.getOptionValueSource(name) === 'cli'
  const given = command.options.filter(option => isGiven(option.attributeName()))
  const clashes =
    [...yieldsTo, ...options.flatMap(conflictsOf)].some(isGiven) ||
    given.some(option => conflictsOf(option).includes(attribute))
  if (
    isGiven(attribute) ||
    clashes ||
    (variable !== undefined && process.env[variable]) ||
    applies?.(command.opts(), name => optionsNamed(command, name).length > 0) === false
  )
    return
  command.setOptionValueWithSource(attribute, parsed(file, options, setting), 'config')
}

/** commander keeps them without a type. */
const conflictsOf = (option: Option): readonly string[] =>
  (option as Option & { readonly conflictsWith?: readonly string[] }).conflictsWith ?? []

const WRITTEN = 'It is written as on the command line; docs/cli.md has an example.'

function parsed(
  { path }: ProjectFile,
  options: readonly Option[],
  { key, meaning: { path: isPath }, value }: Setting,
): unknown {
  const refuse = (what: string, hint = WRITTEN): never => {
    throw projectError(path, `${key}: ${what}`, hint, { field: key })
  }
  const option = options.find(({ required }) => required)
  if (typeof value === 'boolean' && (option === undefined || (!value && options.length > 1))) return value
  if (option === undefined) return refuse('wanted true or false')
  const texts = (Array.isArray(value) ? value : [value]).map(item =>
    ['string', 'number', 'bigint'].includes(typeof item) ? String(item) : refuse('wanted a text or a number'),
  )
  const places = texts.map(text =>
    isPath === 'always' || (isPath === 'with-slash' && text.includes('/')) ? resolve(dirname(path), text) : text,
  )
  let result: unknown = Array.isArray(option.defaultValue) ? option.defaultValue : undefined
  try {
    for (const text of places) result = option.parseArg === undefined ? text : option.parseArg(text, result as never)
  } catch (cause) {
    // The option says its own name, which the key is.
    refuse(messageOf(cause).replace(`--${key}: `, ''), cause instanceof RvrError ? cause.hint : undefined)
  }
  return Array.isArray(value) && !Array.isArray(result) ? refuse('wanted one value') : result
}
