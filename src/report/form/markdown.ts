/** Markdown for job summaries (GitHub's flavour): tables, and foreign text as code, so that nothing in it is markup. */

/** Text of foreign origin as code that stays in one cell of a table. */
export function code(text: string): string {
  const plain = text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, ' ').replaceAll('|', '\\|')
  const longest = [...plain.matchAll(/`+/g)].reduce((most, [run]) => Math.max(most, run.length), 0)
  const fence = '`'.repeat(longest + 1)
  const pad = longest > 0 || plain === '' ? ' ' : ''
  return `${fence}${pad}${plain}${pad}${fence}`
}

/** The first row is the head; `align` as for `table`. Cells are Markdown. */
export function markdownTable(rows: readonly (readonly string[])[], align: string): string {
  const [head = [], ...body] = rows
  const line = (cells: readonly string[]): string => `| ${cells.map(cell => cell.trim()).join(' | ')} |\n`
  const rule = head.map((_, column) => (align[column] === 'r' ? '--:' : '---'))
  const rest = body.map(row => line(head.map((_, column) => row[column] ?? '')))
  return `${line(head)}${line(rule)}${rest.join('')}\n`
}

/** Facts with their names, under an empty head. */
export const markdownFacts = (facts: readonly (readonly [name: string, value: string])[]): string =>
  markdownTable([['', ''], ...facts], 'll')

/** Text of rvr's own as it is. */
export const codeBlock = (text: string): string => `\`\`\`\n${text}\`\`\`\n\n`
