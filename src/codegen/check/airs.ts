/** An AIR → the C functions that check its rows: constraints, and what the rows say on the buses. */
import type { Air, Constraint } from '../../air/air.ts'
import { flatOf } from '../../air/check/flat-of.ts'
import type { Flat, FlatNode } from '../../air/flat.ts'

/** C identifiers of an AIR's functions. */
export const constraintsName = (index: number): string => `constraints_${index}`
export const messagesName = (index: number): string => `messages_${index}`

const FUNCTIONS = { '+': 'field_add', '-': 'field_sub', '*': 'field_mul' } as const

function nodeText(node: FlatNode): string {
  switch (node.op) {
    case 'column':
      return `${node.row === 0 ? 'row' : 'next'}[${node.index}]`
    case 'constant':
      return `${node.value}u`
    case 'public':
      return `publics[${node.index}]`
    default:
      return `${FUNCTIONS[node.op]}(n${node.left}, n${node.right})`
  }
}

const nodesText = ({ nodes }: Flat): string[] =>
  nodes.map((node, index) => `const uint32_t n${index} = ${nodeText(node)};`)

/** On which rows a constraint holds, as a C condition; undefined for all. */
const CONDITIONS: Readonly<Record<Constraint['where'], string | undefined>> = {
  every: undefined,
  first: 'at == 0',
  last: 'at == height - 1',
  trans: 'at != height - 1',
}

const indented = (lines: readonly string[], by: string): string => lines.map(line => `${by}${line}\n`).join('')

/**
 * `constraints_K` looks at rows `from` to `to` of `height`; the last one's next is the first. `messages_K` writes, for
 * each interaction of one row, how often it is said and its fields, in the AIR's order.
 */
export function checkerText(air: Air, index: number): string {
  const { constraints, messages } = flatOf(air)
  const tests = air.constraints.map(({ where }, position) => {
    const value = `n${constraints.roots[position]!}`
    const condition = [`${value} != 0`, CONDITIONS[where]].filter(part => part !== undefined).join(' && ')
    return `if (__builtin_expect(${condition}, 0)) found(f, at, ${position}, ${value});`
  })
  const width = air.columns.length
  const said = messages.roots.map((root, position) => `out[${position}] = n${root};`)
  const rows = 'const uint32_t *rows, uint32_t height, uint32_t from, uint32_t to, const uint32_t *publics'
  return `/* ${air.name} */
void ${constraintsName(index)}(${rows}, struct findings *f)
{
  for (uint32_t at = from; at < to; at++) {
    const uint32_t *row = rows + (uint64_t)at * ${width};
    const uint32_t *next = rows + (uint64_t)(at + 1 == height ? 0 : at + 1) * ${width};
${indented([...nodesText(constraints), ...tests], '    ')}  }
}

void ${messagesName(index)}(const uint32_t *row, const uint32_t *next, const uint32_t *publics, uint32_t *out)
{
${indented([...nodesText(messages), ...said], '  ')}}
`
}
