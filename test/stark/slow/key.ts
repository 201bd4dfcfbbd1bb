/** The verifying key (§8): read, and checked in full. */
import { KEY, readArchive, rowsOf, wordsOf } from './archive.ts'
import { chunksOf, degreesOf, OP, readsNext, type Interaction, type Node } from './degrees.ts'
import { P } from './field.ts'
import { AIR, INTERACTION, named, NODE, NONE, PARAMETERS, ROLE, START, type Named } from './key-layout.ts'
import { demand } from './rejected.ts'

export interface Air {
  readonly isRequired: boolean
  readonly readsMainNext: boolean
  readonly readsFixedNext: boolean
  readonly mainWidth: number
  readonly fixedWidth: number
  readonly publics: number
  /** Of the fixed columns; NONE without. */
  readonly tree: number
  readonly fixedLogHeight: number
  readonly maxLogHeight: number
  /** D: q_0 … q_{D−1}. */
  readonly parts: number
  readonly nodes: readonly Node[]
  readonly constraints: readonly number[]
  readonly interactions: readonly Interaction[]
  /** The chunk of each interaction. */
  readonly places: readonly number[]
  readonly chunks: number
}

type Parameters = Named<typeof PARAMETERS>
type Role = Named<typeof ROLE>
type Start = Named<typeof START>

export interface Key {
  readonly digest: Uint8Array
  readonly parameters: Parameters
  readonly airs: readonly Air[]
  readonly roots: readonly Uint8Array[]
  readonly roles: readonly Role[]
  readonly starts: readonly Start[]
}

const within = (value: number, least: number, most: number): boolean => value >= least && value <= most

/** @throws {Rejected} of step 0 */
export function readKey(bytes: Uint8Array): Key {
  const { sections, digest } = readArchive(bytes, KEY, 0)
  const words = sections.map(wordsOf)
  demand(words[0]!.length === 16, 0, 'parameters')
  const parameters = named(PARAMETERS, words[0]!)[0]!
  demandParameters(parameters)
  const source: Source = {
    parameters,
    nodes: named(NODE, words[2]!),
    constraints: words[3]!,
    interactions: named(INTERACTION, words[4]!),
    fields: words[5]!,
    taken: { nodes: 0, constraints: 0, interactions: 0, fields: 0 },
  }
  const rows = named(AIR, words[1]!)
  demand(rows.length === parameters.airs, 0, 'count of AIRs')
  const airs = rows.map(row => readAir(row, source))
  for (const list of ['nodes', 'constraints', 'interactions', 'fields'] as const)
    demand(source.taken[list] === source[list].length, 0, `${list} that no AIR has`)

  const roots = rowsOf([...sections[6]!], 32).map(root => Uint8Array.from(root))
  demand(roots.length === parameters.trees, 0, 'count of roots')
  for (const tree of roots.keys())
    demand(
      airs.some(air => air.tree === tree),
      0,
      `tree ${tree} has no table`,
    )
  const roles = named(ROLE, words[7]!)
  demandRoles(roles, airs)
  const starts = named(START, words[8]!)
  demandStarts(starts, roles)
  return { digest, parameters, airs, roots, roles, starts }
}

function demandParameters(parameters: Parameters): void {
  const { protocol, zero, zeroToo, blowup, logFinal, logArity, queries, maxLogHeight, buses, airs, trees } = parameters
  demand(protocol === 1 && zero === 0 && zeroToo === 0, 0, 'protocol')
  demand(within(blowup, 1, 3), 0, 'blow-up')
  demand(logFinal <= 10 && within(logArity, 1, 3), 0, 'final degree or arity')
  demand(within(queries, 1, 512), 0, 'queries')
  const { lookup, zeta, batch, fold, query } = parameters
  demand(Math.max(lookup, zeta, batch, fold, query) <= 30, 0, 'work')
  demand(maxLogHeight <= 24 && maxLogHeight + blowup <= 27, 0, 'maximum height')
  demand(buses <= 65536 && airs <= 1024 && trees <= 16, 0, 'buses, AIRs or trees')
}

interface Source {
  readonly parameters: Parameters
  readonly nodes: readonly Named<typeof NODE>[]
  readonly constraints: readonly number[]
  readonly interactions: readonly Named<typeof INTERACTION>[]
  readonly fields: readonly number[]
  /** How many of each the AIRs so far have. */
  readonly taken: Record<'nodes' | 'constraints' | 'interactions' | 'fields', number>
}

/** The next `count` of a list, which have to begin where those before ended. */
function take<Item>(source: Source, list: keyof Source['taken'], [start, count]: [number, number]): readonly Item[] {
  demand(start === source.taken[list] && count <= source[list].length - start, 0, `range of ${list}`)
  source.taken[list] += count
  return source[list].slice(start, start + count) as readonly unknown[] as readonly Item[]
}

function readAir(row: Named<typeof AIR>, source: Source): Air {
  const { flags, mainWidth, fixedWidth, publics, tree, fixedLogHeight, maxLogHeight, parts, chunks, degree } = row
  const { parameters } = source
  demand(flags < 8, 0, 'flags')
  const [isRequired, readsMainNext, readsFixedNext] = [1, 2, 4].map(flag => (flags & flag) !== 0) as [
    boolean,
    boolean,
    boolean,
  ]
  // A table without columns would be a leaf of nothing.
  demand(mainWidth > 0 && mainWidth <= 65536 && fixedWidth <= 65536 && publics <= 4096, 0, 'widths')
  demand(maxLogHeight <= parameters.maxLogHeight, 0, 'maximum height of an AIR')
  if (fixedWidth === 0) demand(tree === NONE && fixedLogHeight === NONE, 0, 'a tree without fixed columns')
  else demand(tree < parameters.trees && fixedLogHeight <= maxLogHeight, 0, 'tree or fixed height')
  demand(isRequired || (fixedWidth === 0 && publics === 0), 0, 'an AIR with fixed columns or public values is required')

  const nodes = take<Named<typeof NODE>>(source, 'nodes', [row.nodeStart, row.nodes])
  const constraints = take<number>(source, 'constraints', [row.constraintStart, row.constraints])
  const interactionRows = take<Named<typeof INTERACTION>>(source, 'interactions', [
    row.interactionStart,
    row.interactions,
  ])
  demand(constraints.length + interactionRows.length > 0, 0, 'an AIR without constraints and interactions')
  for (const [index, node] of nodes.entries()) demand(node.zero === 0 && isNode(node, index, row), 0, `node ${index}`)
  const degrees = degreesOf(nodes)
  demand(
    degrees.every(each => each.degree <= 3 && each.trans <= 1),
    0,
    'degree of a node',
  )
  const areFlagsRight = readsMainNext === readsNext(nodes, OP.main) && readsFixedNext === readsNext(nodes, OP.fixed)
  demand(areFlagsRight, 0, 'next-row flags')
  demand(
    constraints.every(root => root < nodes.length),
    0,
    'a constraint that is no node',
  )

  const interactions = interactionRows.map(({ bus, direction, count, weight, fieldStart, fields: width, zero }) => {
    demand(bus < parameters.buses && direction <= 1 && zero === 0, 0, 'bus or direction')
    demand(within(width, 1, 255) && weight < P, 0, 'count of fields or weight')
    const fields = take<number>(source, 'fields', [fieldStart, width])
    const isRight = [count, ...fields].every(root => root < nodes.length && degrees[root]!.trans === 0)
    demand(isRight, 0, 'count or field of an interaction')
    return { bus, receives: direction === 1, count, weight, fields }
  })
  const { places, degrees: chunkDegrees } = chunksOf(interactions, degrees)
  const arePlacesRight = interactionRows.every(({ chunk }, index) => chunk === places[index])
  demand(chunks === chunkDegrees.length && arePlacesRight, 0, 'chunks')
  const most = Math.max(...constraints.map(root => degrees[root]!.degree), ...chunkDegrees)
  demand(most <= 3 && degree === most && parts === (most === 3 ? 2 : 1), 0, 'degree')

  const flagged = { isRequired, readsMainNext, readsFixedNext }
  const sizes = { mainWidth, fixedWidth, publics, tree, fixedLogHeight, maxLogHeight, parts, chunks }
  return { ...flagged, ...sizes, nodes, constraints, interactions, places }
}

function isNode({ op, a, b }: Node, index: number, row: Named<typeof AIR>): boolean {
  if (op === OP.constant) return a < P && b === 0
  if (op === OP.main) return a < row.mainWidth && b <= 1
  if (op === OP.fixed) return a < row.fixedWidth && b <= 1
  if (op === OP.public) return a < row.publics && b === 0
  if (op === OP.first || op === OP.last || op === OP.trans) return a === 0 && b === 0
  if (op === OP.neg) return a < index && b === 0
  return (op === OP.add || op === OP.sub || op === OP.mul) && a < index && b < index
}

/** Of each role's public values (§9). */
const WORDS: readonly number[] = [0, 1, 1, 1, 1, 8, 8]

function demandRoles(roles: readonly Role[], airs: readonly Air[]): void {
  for (const [index, { role, air, first, count }] of roles.entries()) {
    demand(index === 0 || role > roles[index - 1]!.role, 0, 'order of roles')
    demand(within(role, 1, 6) && count === WORDS[role], 0, 'role')
    demand(air < airs.length && first + count <= airs[air]!.publics, 0, 'a role without public values')
  }
}

function demandStarts(starts: readonly Start[], roles: readonly Role[]): void {
  for (const [place, { role, index, value, zero }] of starts.entries()) {
    const before = starts[place - 1]
    const ascends = before === undefined || role > before.role || (role === before.role && index > before.index)
    demand(ascends, 0, 'order of starts')
    demand(zero === 0 && value < P, 0, 'value of a start')
    demand(role === 1 || role === 5, 0, 'role of a start')
    demand(
      roles.some(each => each.role === role && index < each.count),
      0,
      'a start without a role',
    )
  }
}

/** Public values of all AIRs, one after another, by AIR. */
export function publicsByAir(airs: readonly Air[], all: readonly number[]): number[][] {
  let at = 0
  return airs.map(air => {
    at += air.publics
    return all.slice(at - air.publics, at)
  })
}
