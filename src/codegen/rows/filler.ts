/** An AIR → the C functions that fill a row of it: accesses in order of time, then the columns. */
import type { Access, Air } from '../../air/air.ts'
import { WordWriter } from './words.ts'

/** C identifiers of an AIR's functions. */
export const accessesName = (index: number): string => `accesses_${index}`
export const columnsName = (index: number): string => `columns_${index}`

const indented = (lines: readonly string[]): string => lines.map(line => `  ${line}\n`).join('')

function accessLines(access: Access, index: number): string[] {
  const writer = new WordWriter(`a${index}_`)
  const place = [access.space, access.pointer, access.time].map(word => writer.value(word))
  const perform = `seen[${index}] = access_block(t, ${place.join(', ')});`
  const before = writer.lines.splice(0)
  const written = access.writes === undefined ? undefined : writer.value(access.writes)
  const write = written === undefined ? [] : [...writer.lines, `write_block(t, ${place[0]}, ${place[1]}, ${written});`]
  const body = [...before, perform, ...write]
  if (access.when === undefined) return body
  const test = new WordWriter(`w${index}_`)
  const condition = test.value(access.when)
  const off = `seen[${index}] = (struct seen){ 0, 0 };`
  return [...test.lines, `if (${condition} == 0) { ${off} }`, 'else {', ...body.map(line => `  ${line}`), '}']
}

/**
 * `accesses_K` takes the row's inputs, performs its accesses and says what they found; `columns_K` writes the row, as
 * canonical field elements.
 */
export function fillerText({ name, rules }: Air, index: number): string {
  const accesses = rules.accesses.flatMap((access, at) => accessLines(access, at))
  const writer = new WordWriter('v')
  const cells = rules.columns.map((word, column) => `row[${column}] = element(${writer.value(word)});`)
  return `/* ${name} */
void ${accessesName(index)}(struct rvr_trace *t, const uint64_t *in, struct seen *seen)
{
${indented(accesses)}}

void ${columnsName(index)}(struct rvr_trace *t, const uint64_t *in, const struct seen *seen, uint32_t *row)
{
${indented([...writer.lines, ...cells])}}
`
}
