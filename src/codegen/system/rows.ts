/** The AIRs of a machine's own tables → C functions that fill their rows from what is known by name. */
import type { Air } from '../../air/air.ts'
import { WordWriter } from '../rows/words.ts'

/** C expressions of inputs: of single ones, and of lists, whose elements they are indexed for. */
export interface KnownInputs {
  readonly single: Readonly<Record<string, string>>
  readonly lists: Readonly<Record<string, string>>
}

function inputText(name: string, { single, lists }: KnownInputs): string {
  const [, list, index] = /^(\w+)\[(\d+)\]$/.exec(name) ?? []
  if (list !== undefined && Object.hasOwn(lists, list)) return `${lists[list]}[${index}]`
  return Object.hasOwn(single, name) ? single[name]! : '0'
}

/** `static inline void NAME(PARAMETERS, uint32_t *row)`. Inputs that are not known are 0, as in JavaScript. */
export function rowText(name: string, { rules, name: title }: Air, parameters: string, known: KnownInputs): string {
  const writer = new WordWriter('v')
  const cells = rules.columns.map((word, column) => `row[${column}] = element(${writer.value(word)});`)
  const inputs = rules.inputs.map(input => `(uint64_t)(${inputText(input, known)})`)
  const lines = [`const uint64_t in[] = { ${inputs.join(', ')} };`, ...writer.lines, ...cells]
  return `/* ${title} */
static inline void ${name}(${parameters}, uint32_t *row)
{
${lines.map(line => `  ${line}\n`).join('')}}
`
}
