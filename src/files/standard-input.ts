/** Standard input as a file that can be read once. */
import type { Readable } from 'node:stream'

/** The command line's `-` becomes the first of them. */
const NAMES = new Set(['/dev/stdin', '/dev/fd/0', '/proc/self/fd/0'])
export const STANDARD_INPUT = '/dev/stdin'

/** Is it standard input? It cannot always be opened by these names (a socket has none), so it is read as what it is. */
export const isStandardInput = (path: string): boolean => NAMES.has(path)

let isTaken = false

/** The process's standard input, once; undefined when somebody has it already, because what was read is gone. */
export function takeStandardInput(): Readable | undefined {
  if (isTaken) return undefined
  isTaken = true
  return process.stdin
}
