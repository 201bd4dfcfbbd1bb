/** An AIR → the steps that evaluate it on a block of rows, and the data that says what its messages are made of. */
import type { Air, Constraint } from '../../air/air.ts'
import { flattened, type FlatNode } from '../../air/flat.ts'
import { slotsOf } from './slots.ts'

/** What one AIR's polynomials are in C: text of data. */
export interface AirCode {
  /** struct check_step, in order. */
  readonly steps: readonly string[]
  /** Values of t that the steps need for each row. */
  readonly slots: number
  /** Where messages find their counts and fields, in the order of the interactions: struct check_field. */
  readonly fields: readonly string[]
}

type Operation = Extract<FlatNode, { readonly left: number }>

const isOperation = (node: FlatNode): node is Operation => 'left' in node

const OPERATIONS = { '+': 'SUM', '-': 'DIFFERENCE', '*': 'PRODUCT' } as const

/** On which rows a constraint holds. */
const PLACES: Readonly<Record<Constraint['where'], string>> = {
  every: 'EVERY',
  first: 'FIRST',
  last: 'LAST',
  trans: 'TRANS',
}

function fieldText(node: FlatNode, slot: number | undefined): string {
  if (node.op === 'column') return `{ ${node.row === 0 ? 'IN_COLUMN' : 'IN_NEXT_ROW'}, ${node.index} }`
  return node.op === 'constant' ? `{ IS_CONSTANT, ${node.value} }` : `{ IN_T, ${slot!} }`
}

/** See templates/check/evaluate.c. */
export function airCode({ constraints, interactions }: Air): AirCode {
  const messages = interactions.flatMap(({ count, fields }) => [count, ...fields])
  const { nodes, roots } = flattened([...constraints.map(({ of }) => of), ...messages])
  const [tested, said] = [roots.slice(0, constraints.length), roots.slice(constraints.length)]
  const { order, slots, count } = slotsOf(nodes, { tested, said })

  const place = (index: number): string => {
    const node = nodes[index]!
    return node.op === 'column' ? `${node.row === 0 ? 'C' : 'N'}(${node.index})` : `T(${slots.get(index)!})`
  }
  const constant = (index: number): number | undefined => {
    const node = nodes[index]!
    return node.op === 'constant' ? node.value : undefined
  }
  const computed = (index: number): string => {
    const node = nodes[index]!
    const to = place(index)
    if (node.op === 'constant') return `{ CONSTANT, ${to}, ${node.value}u }`
    if (node.op === 'public') return `{ PUBLIC, ${to}, ${node.index} }`
    if (!isOperation(node)) throw new Error('columns are not computed')
    const [left, right] = [constant(node.left), constant(node.right)]
    const name = OPERATIONS[node.op]
    if (right !== undefined) return `{ ${name}_WITH, ${to}, ${place(node.left)}, ${right}u }`
    // Of a difference, the constant is in front.
    if (left !== undefined)
      return `{ ${node.op === '-' ? 'DIFFERENCE_FROM' : `${name}_WITH`}, ${to}, ${place(node.right)}, ${left}u }`
    return `{ ${name}, ${to}, ${place(node.left)}, ${place(node.right)} }`
  }
  const test = (position: number): string => {
    const index = tested[position]!
    const where = PLACES[constraints[position]!.where]
    const node = nodes[index]!
    if (node.op !== '*' || slots.has(index)) return `{ TEST, ${where}, ${place(index)} }`
    return `{ TEST_PRODUCT, ${where}, ${place(node.left)}, ${place(node.right)} }`
  }
  const steps = order.map(({ node, tests }) => (tests === undefined ? computed(node) : test(tests)))
  return { steps, slots: count, fields: said.map(node => fieldText(nodes[node]!, slots.get(node))) }
}

/** Tables of the AIR's steps, of its interactions, and of their counts and fields. */
export function airText({ name, interactions }: Air, index: number, { steps, fields }: AirCode): string {
  let first = 0
  const said = interactions.map(({ bus, direction, fields: own }) => {
    const text = `{ ${bus}, ${direction === 'send' ? 0 : 1}, ${first}, ${own.length} }`
    first += 1 + own.length
    return text
  })
  return `/* ${name} */
static const struct check_step steps_${index}[] = {
${[...steps, '{ END }'].map(step => `  ${step},\n`).join('')}};
static const struct check_field fields_${index}[] = { ${[...fields, '{ 0, 0 }'].join(', ')} };
static const struct check_said said_${index}[] = { ${[...said, '{ 0, 0, 0, 0 }'].join(', ')} };
`
}
