/** What a terminal shows, as pages print it: commands behind `$ `, and below them what they wrote. */

export interface Step {
  readonly command: string
  readonly output: readonly string[]
}

export function stepsOf(text: string): Step[] {
  const steps: { command: string; output: string[] }[] = []
  for (const line of text.replace(/\n$/, '').split('\n')) {
    if (line.startsWith('$ ')) steps.push({ command: line.slice(2), output: [] })
    else steps.at(-1)?.output.push(line)
  }
  return steps
}

/** Durations and rates, and the blanks that tables put around them, are another thing every time. */
const MEASURED = /\d[\d,.]* (ms|s|million instructions\/s)\b/g

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Does `shown` stand for the line? `…` in it is any text. */
function isLine(shown: string, line: string): boolean {
  const parts = shown.replaceAll(MEASURED, '#').split('…').map(escaped)
  return new RegExp(`^${parts.join('.*')}$`).test(line.replaceAll(MEASURED, '#'))
}

/** The first line of `shown` that nothing in `written` answers to, or undefined: a line `…` is any number of lines. */
export function missing(shown: readonly string[], written: readonly string[]): string | undefined {
  let at = 0
  let anywhere = false
  for (const line of shown.filter((text, index) => text !== '' || index < shown.length - 1)) {
    if (line === '…') {
      anywhere = true
      continue
    }
    const found = anywhere ? written.findIndex((text, index) => index >= at && isLine(line, text)) : at
    if (found < 0 || found >= written.length || !isLine(line, written[found]!)) return line
    at = found + 1
    anywhere = false
  }
  return anywhere || at === written.length ? undefined : `(the end, where rvr goes on: ${written[at]})`
}
