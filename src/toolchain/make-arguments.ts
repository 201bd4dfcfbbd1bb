/** Arguments of make: what the toolchain contributes, and which of them belong into a cache key. */
import { compileFlags, linkFlags, regionFlags } from './flags.ts'
import type { Toolchain } from './toolchain.ts'

/** One word for the shell that make starts, with make's own `$` doubled. */
function quoted(word: string): string {
  const shell = /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
  return shell.replaceAll('$', '$$$$')
}

/** `CC=… CFLAGS=… REGION_CFLAGS=… LDFLAGS=…` for the project's Makefile. */
export function makeVariables(toolchain: Toolchain): string[] {
  const cflags = compileFlags(toolchain.family, toolchain.version[0], toolchain.arch, toolchain.targetCpu)
  return [
    `CC=${quoted(toolchain.cc.path)}`,
    `CFLAGS=${cflags.map(quoted).join(' ')}`,
    `REGION_CFLAGS=${regionFlags(toolchain.family, toolchain.arch).join(' ')}`,
    `LDFLAGS=${linkFlags().map(quoted).join(' ')}`,
  ]
}

/**
 * Options that say how or where to work, not what to make. Those in the second list take their value from the next
 * argument.
 */
const WORKING = [
  /^-[js]\d*$/,
  /^--jobs(=.*)?$/,
  /^--(silent|quiet)$/,
  /^--no-print-directory$/,
  /^-O.*$/,
  /^--output-sync(=.*)?$/,
  /^-o.+$/,
  /^--output=/,
  /^--log(-file)?=/,
  /^(OUTPUT|LOG|LOG_FILE)=/,
  // Exactly these two names: the contents of the files they list are parts of the key by themselves.
  /^EXT_LIBS=/,
  /^EXT_SRCS=/,
]
const WITH_VALUE = /^(-o|--output|--log|--log-file)$/
const WITH_OPTIONAL_NUMBER = /^(-j|--jobs)$/

/**
 * The arguments that decide what is made, for a cache key: without job counts, verbosity, output and log paths,
 * EXT_LIBS and EXT_SRCS, and with every absolute path under one of `roots` (name → directory or file) written as
 * `<name>/relative`.
 */
export function filterMakeArguments(args: readonly string[], roots: Readonly<Record<string, string>> = {}): string[] {
  const kept: string[] = []
  for (let index = 0; index < args.length; index++) {
    const arg = args[index]!
    if (WITH_VALUE.test(arg)) index++
    else if (WITH_OPTIONAL_NUMBER.test(arg)) index += /^\d+$/.test(args[index + 1] ?? '') ? 1 : 0
    else if (!WORKING.some(pattern => pattern.test(arg))) kept.push(relativized(arg, roots))
  }
  return kept
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

function relativized(arg: string, roots: Readonly<Record<string, string>>): string {
  let text = arg
  // Longest first, so that a root inside another root wins.
  for (const [name, path] of Object.entries(roots).toSorted((a, b) => b[1].length - a[1].length)) {
    const pattern = new RegExp(`(?<=^|[=:\\s'"])${escaped(path.replace(/\/+$/, ''))}(?=$|[/\\s'":])`, 'g')
    text = text.replace(pattern, () => `<${name}>`)
  }
  return text
}
