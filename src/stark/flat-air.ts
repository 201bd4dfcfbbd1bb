/** An AIR as a key has it: nodes, constraints, interactions by chunk, and what follows from them. */
import { airsInvalid } from './fault.ts'
import { fieldsOf, indexIn, listOf, namedOf, numberOf, type Named } from './fields.ts'
import { Flattener, MAX_DEGREE } from './expressions.ts'
import { chunksOf, highest } from './chunks.ts'
import { limits } from './limits.ts'
import type { Node } from './nodes.ts'

export interface FlatInteraction {
  readonly bus: number
  readonly direction: 'send' | 'receive'
  /** Node. */
  readonly count: number
  /** Bound of its absolute value; 0 where nothing bounds it. */
  readonly weight: number
  /** Nodes. */
  readonly fields: readonly number[]
  readonly chunk: number
}

export interface FlatAir {
  readonly name: string
  /** It is in every proof. */
  readonly isRequired: boolean
  readonly mainWidth: number
  readonly fixedWidth: number
  readonly publics: Named
  /** Tree of the fixed columns; undefined where there are none. */
  readonly tree: number | undefined
  readonly maxLogHeight: number
  readonly nodes: readonly Node[]
  /** Nodes. */
  readonly constraints: readonly number[]
  readonly interactions: readonly FlatInteraction[]
  /** Columns of the sum table, of four elements each. */
  readonly chunks: number
  /** The highest of all constraints, those of the sum table too. */
  readonly degree: number
}

const FIELDS = ['name', 'required', 'main', 'fixed', 'tree', 'publics', 'maxLogHeight', 'defs', 'constraints']
const INTERACTION_FIELDS = ['bus', 'dir', 'count', 'weight', 'fields']

/** Polynomials that the quotient of the AIR's constraints is cut into. */
export const quotientsOf = ({ degree }: Pick<FlatAir, 'degree'>): 1 | 2 => (degree === MAX_DEGREE ? 2 : 1)

type Unplaced = Omit<FlatInteraction, 'chunk'>

function interactionOf(value: unknown, place: string, flattener: Flattener, buses: Named): Unplaced {
  const given = fieldsOf(value, place, INTERACTION_FIELDS)
  const bus = indexIn(given['bus'], `${place}.bus`, buses)
  const direction = given['dir']
  if (direction !== 'send' && direction !== 'receive') throw airsInvalid(`${place}.dir`, direction, 'send or receive')
  const count = flattener.add(given['count'], `${place}.count`)
  const list = listOf(given['fields'], `${place}.fields`, limits.messageFields)
  if (list.length === 0) throw airsInvalid(`${place}.fields`, list, 'a field at least')
  const fields = list.map((field, index) => flattener.add(field, `${place}.fields[${index}]`))
  const weight = numberOf(given['weight'] ?? 1, `${place}.weight`, [0, limits.weight])
  for (const node of [count, ...fields])
    if (flattener.list.nodes[node]!.trans > 0) throw airsInvalid(place, value, 'a message without trans')
  return { bus, direction, count, weight, fields }
}

/** @throws RvrError `MACHINE_INVALID` */
function placed(
  unplaced: readonly Unplaced[],
  nodes: readonly Node[],
  place: string,
): Pick<FlatAir, 'interactions' | 'chunks' | 'degree'> {
  const degreeOf = (node: number): number => nodes[node]!.degree
  const chunks = chunksOf(
    unplaced.map(({ count, fields }) => ({ count: degreeOf(count), fields: highest(fields.map(degreeOf)) })),
  )
  const wrong = chunks.of.indexOf(undefined)
  if (wrong >= 0)
    throw airsInvalid(`${place}.interactions[${wrong}]`, unplaced[wrong], 'fields of degree 2 and a count of 3 at most')
  const interactions = unplaced.map((each, index) => ({ ...each, chunk: chunks.of[index]! }))
  return { interactions, chunks: chunks.count, degree: chunks.degree }
}

/**
 * @param place of the AIR in the file: `airs[3]`
 * @param most the highest table of the system, as a logarithm
 * @throws RvrError `MACHINE_INVALID`
 */
export function flatAir(value: unknown, place: string, buses: Named, most: number): FlatAir {
  const given = fieldsOf(value, place, [...FIELDS, 'interactions'])
  const { name } = given
  if (typeof name !== 'string' || name === '') throw airsInvalid(`${place}.name`, name, 'a name')
  const named = (field: string, limit: number): Named => namedOf(given[field], `${place}.${field}`, limit)
  const [main, fixed] = [named('main', limits.width), named('fixed', limits.width)]
  const publics = named('publics', limits.publics)
  const flattener = new Flattener({ main, fixed, publics })
  const list = (field: string): readonly unknown[] => listOf(given[field], `${place}.${field}`, limits.list)
  for (const [index, each] of list('defs').entries()) flattener.define(each, `${place}.defs[${index}]`)
  const constraints = list('constraints').map((each, index) => flattener.add(each, `${place}.constraints[${index}]`))
  const messages = list('interactions').map((each, index) =>
    interactionOf(each, `${place}.interactions[${index}]`, flattener, buses),
  )
  if (constraints.length === 0 && messages.length === 0) throw airsInvalid(place, value, 'a constraint or interaction')
  const { nodes } = flattener.list
  const { degree, ...ofMessages } = placed(messages, nodes, place)
  const { required = false, tree = 0, maxLogHeight = most } = given
  if (typeof required !== 'boolean') throw airsInvalid(`${place}.required`, required, 'true or false')
  if (given['tree'] !== undefined && fixed.count === 0)
    throw airsInvalid(`${place}.tree`, tree, 'nothing: there are no fixed columns')
  return {
    name,
    isRequired: required || fixed.count > 0 || publics.count > 0,
    mainWidth: main.count,
    fixedWidth: fixed.count,
    publics,
    tree: fixed.count > 0 ? numberOf(tree, `${place}.tree`, [0, limits.trees - 1]) : undefined,
    maxLogHeight: numberOf(maxLogHeight, `${place}.maxLogHeight`, [0, most]),
    nodes,
    constraints,
    ...ofMessages,
    degree: Math.max(degree, highest(constraints.map(node => nodes[node]!.degree))),
  }
}
