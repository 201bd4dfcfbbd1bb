/** An AIR → the C that evaluates it on a block of rows, and the data that says what its messages are made of. */
import type { Air, Constraint } from '../../air/air.ts'
import { flattened, type FlatNode } from '../../air/flat.ts'
import { inParts, type Part } from './parts.ts'

/** C identifier of an AIR's function. */
export const rowsName = (index: number): string => `check_rows_${index}`

/** On which rows a constraint holds; undefined for all. */
const PLACES: Readonly<Record<Constraint['where'], string | undefined>> = {
  every: undefined,
  first: 'first',
  last: 'last',
  trans: 'trans',
}

const FUNCTIONS = { '+': 'lanes_add', '-': 'lanes_sub', '*': 'lanes_mul' } as const

function nodeText(node: FlatNode): string {
  switch (node.op) {
    case 'column':
      return `lanes_load(c + ${node.index} * STRIDE + at${node.row === 0 ? '' : ' + 1'})`
    case 'constant':
      return `lanes_all(${node.value}u)`
    case 'public':
      return `lanes_all(publics[${node.index}])`
    default:
      return `${FUNCTIONS[node.op]}(n${node.left}, n${node.right})`
  }
}

const kept = (place: number): string => `t + ${place} * LANES + at`

function constraintText({ where }: Constraint, node: number): string {
  const test = `lanes_is_some(n${node})`
  const place = PLACES[where]
  const here = place === undefined ? test : `lanes_and(${test}, lanes_load(where->${place} + at))`
  return `sum = lanes_count(sum, ${here});`
}

/** All polynomials of an AIR as parts of a size that compilers take in their stride, and what they leave in t. */
export interface AirCode {
  readonly text: string
  /** Values that are left in t for each row. */
  readonly computed: number
  /** Where messages find their counts and fields, in the order of the interactions: struct check_field. */
  readonly fields: readonly string[]
}

function fieldText(node: FlatNode, place: number | undefined): string {
  if (node.op === 'column') return `{ ${node.row === 0 ? 'IN_COLUMN' : 'IN_NEXT_ROW'}, ${node.index} }`
  return node.op === 'constant' ? `{ IS_CONSTANT, ${node.value} }` : `{ IN_T, ${place!} }`
}

/** `check_rows_K`, see templates/check/check.h. */
export function airCode(air: Air, index: number): AirCode {
  const { constraints, interactions } = air
  const messages = interactions.flatMap(({ count, fields }) => [count, ...fields])
  const { nodes, roots } = flattened([...constraints.map(({ of }) => of), ...messages])
  const [tested, said] = [roots.slice(0, constraints.length), roots.slice(constraints.length)]
  const { parts, places } = inParts(nodes, { tested, kept: said })
  const name = rowsName(index)
  const parameters = [
    'const uint32_t *restrict c',
    'const uint32_t *restrict publics',
    'const struct check_where *restrict where',
    'uint32_t *restrict t',
    'uint32_t *restrict broken',
  ].join(', ')
  const partText = ({ loaded, computed, stored, tests }: Part, part: number): string => {
    const lines = [
      'lanes sum = lanes_load(broken + at);',
      ...loaded.map(node => `const lanes n${node} = lanes_load(${kept(places.get(node)!)});`),
      ...computed.map(node => `const lanes n${node} = ${nodeText(nodes[node]!)};`),
      ...stored.map(node => `lanes_store(${kept(places.get(node)!)}, n${node});`),
      ...tests.map(position => constraintText(constraints[position]!, tested[position]!)),
      'lanes_store(broken + at, sum);',
    ]
    return `static __attribute__((noinline)) void ${name}_${part}(${parameters})
{
  for (uint32_t at = 0; at < LANES; at += WIDTH) {
${lines.map(line => `    ${line}\n`).join('')}  }
}
`
  }
  const calls = parts.map((_, part) => `  ${name}_${part}(c, publics, where, t, broken);\n`).join('')
  const text = `/* ${air.name} */
${parts.map(partText).join('')}void ${name}(${parameters})
{
  for (uint32_t at = 0; at < LANES; at += WIDTH) lanes_store(broken + at, lanes_all(0));
${calls}}
`
  return { text, computed: places.size, fields: said.map(node => fieldText(nodes[node]!, places.get(node))) }
}

/** Tables of the AIR's interactions and of their counts and fields. */
export function saidText({ name, interactions }: Air, index: number, fields: readonly string[]): string {
  let first = 0
  const said = interactions.map(({ bus, direction, fields: own }) => {
    const text = `{ ${bus}, ${direction === 'send' ? 0 : 1}, ${first}, ${own.length} }`
    first += 1 + own.length
    return text
  })
  return `/* ${name} */
static const struct check_field fields_${index}[] = { ${[...fields, '{ 0, 0 }'].join(', ')} };
static const struct check_said said_${index}[] = { ${[...said, '{ 0, 0, 0, 0 }'].join(', ')} };
`
}
