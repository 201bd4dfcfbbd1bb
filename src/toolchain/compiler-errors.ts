/** Finds the message that matters in what make and a compiler printed. */

/** Most informative first: a compiler's error, what the linker lacked, whoever says "error" (a compiler, that its linker failed), make's own. */
const PATTERNS = [/^.+:\d+(:\d+)?: (fatal )?error: .+$/, /^.*(undefined reference to|undefined hidden symbol|multiple definition of|relocation R_\w+).*$/, /^.*\berror: .+$/i, /^.*(cannot find|No space left on device|Killed).*$/, /^(g?make|make\[\d+\]): \*\*\* .+$/]

/** The first error line of a log, trimmed; undefined when it holds none. */
export function firstError(log: string): string | undefined {
  const lines = log.split('\n').map(line => line.trim())
  for (const pattern of PATTERNS) {
    const found = lines.find(line => pattern.test(line))
    if (found !== undefined) return found
  }
  return undefined
}
