/** Guests that a command line names: paths, and patterns that the shell has left to us. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { RvrError } from '../../errors.ts'

const SPECIAL = /[*?[{]|[!@+]\(/

/** Is it a pattern? A file of exactly that name is none. */
export function isPattern(argument: string): boolean {
  return SPECIAL.test(argument) && !existsSync(argument)
}

/**
 * The files that paths and patterns name, each once: arguments in their order, what a pattern matches in that of the
 * names.
 *
 * @throws RvrError `USAGE` for a pattern that matches nothing.
 */
export async function expandGuests(args: readonly string[]): Promise<string[]> {
  const files = new Map<string, string>()
  for (const argument of args) {
    for (const file of isPattern(argument) ? await matches(argument) : [argument]) {
      if (!files.has(resolve(file))) files.set(resolve(file), file)
    }
  }
  return [...files.values()]
}

async function matches(pattern: string): Promise<string[]> {
  const { glob } = await import('glob')
  const found = await glob(pattern, { nodir: true })
  if (found.length === 0)
    throw new RvrError('USAGE', `no file matches ${JSON.stringify(pattern)}`, {
      hint: 'Patterns are relative to the working directory; ** matches any directories.',
      details: { pattern },
    })
  return found.toSorted()
}
