/** Finds the message that matters in what make and a compiler printed. */

/**
 * Most informative first: a compiler's error, what the linker lacked, whoever says "error" (a compiler, that its linker
 * failed), make's own.
 */
const PATTERNS = [
  /^.+:\d+(:\d+)?: (fatal )?error: .+$/,
  /^.*(undefined reference to|undefined hidden symbol|multiple definition of|relocation R_\w+).*$/,
  /^.*\berror: .+$/i,
  /^.*(error while loading shared libraries|cannot find|No space left on device|Killed).*$/,
  /^(g?make|make\[\d+\]): \*\*\* .+$/,
]

/** Longest line that is repeated, in characters. */
const LINE_LIMIT = 400

/**
 * What a program said when it did not work, in a line: its first error, else its first words; undefined when it said
 * nothing.
 */
export function complaint(log: string): string | undefined {
  const words = log
    .split('\n')
    .map(line => line.trim())
    .find(line => line !== '')
  return (firstError(log) ?? words)?.slice(0, LINE_LIMIT)
}

/** The first error line of a log, trimmed; undefined when it holds none. */
export function firstError(log: string): string | undefined {
  const lines = log.split('\n').map(line => line.trim())
  for (const pattern of PATTERNS) {
    const found = lines.find(line => pattern.test(line))
    if (found !== undefined) return found
  }
  return undefined
}
