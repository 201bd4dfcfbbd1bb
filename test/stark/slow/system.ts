/** airs.json (§10) as a verifying key: expressions flattened, degrees and chunks computed, fixed tables committed. */
import { KEY, writeArchive } from './archive.ts'
import { chunksOf, degreesOf, OP, readsNext, type Interaction, type Node } from './degrees.ts'
import { P } from './field.ts'
import { commitTables, type CommittedTables } from './commit.ts'
import { wordBytes } from './hash.ts'
import { AIR, INTERACTION, NONE, PARAMETERS, ROLE, START, wordsInOrder, type Named } from './key-layout.ts'
import { interpolated } from './polynomial.ts'
import { treeOf, type Table } from './shape.ts'

export type Expression = number | readonly [string, ...(Expression | string)[]]

export interface SystemAir {
  readonly name: string
  readonly required?: boolean
  readonly main: readonly string[] | number
  readonly fixed?: readonly string[] | number
  readonly tree?: number
  readonly publics?: readonly string[] | number
  readonly maxLogHeight?: number
  readonly defs?: readonly Expression[]
  readonly constraints?: readonly Expression[]
  readonly interactions?: readonly {
    readonly bus: string | number
    readonly dir: 'send' | 'receive'
    readonly count: Expression
    readonly weight?: number
    readonly fields: readonly Expression[]
  }[]
}

export interface System {
  readonly format: 'rvr-airs/1'
  readonly maxLogHeight?: number
  readonly buses: readonly string[]
  readonly airs: readonly SystemAir[]
  readonly roles?: readonly {
    readonly role: number
    readonly air: string | number
    readonly index: number
    readonly count?: number
  }[]
  readonly starts?: readonly { readonly role: number; readonly index: number; readonly value: number }[]
}

/** Rows of canonical cells. */
export type Rows = readonly (readonly number[])[]

export const widthOf = (names: readonly string[] | number | undefined): number =>
  typeof names === 'number' ? names : (names?.length ?? 0)

export function placeOf(name: unknown, names: readonly string[] | number | undefined): number {
  const place = typeof name === 'number' ? name : typeof names === 'object' ? names.indexOf(String(name)) : -1
  if (place < 0 || place >= widthOf(names)) throw new Error(`there is no ${String(name)}`)
  return place
}

export interface Flat {
  readonly nodes: readonly Node[]
  readonly constraints: readonly number[]
  readonly interactions: readonly Interaction[]
}

const BINARY: Readonly<Record<string, number>> = { '+': OP.add, '-': OP.sub, '*': OP.mul }

export function flattened(air: SystemAir, buses: readonly string[]): Flat {
  const nodes: Node[] = []
  const node = (op: number, a = 0, b = 0): number => {
    const found = nodes.findIndex(each => each.op === op && each.a === a && each.b === b)
    return found >= 0 ? found : nodes.push({ op, a, b }) - 1
  }
  const roots: number[] = []
  const flatten = (expression: Expression): number => {
    if (typeof expression === 'number') return node(OP.constant, ((expression % P) + P) % P)
    const [head, ...parts] = expression
    const [first, second] = parts
    if (head === 'c') return flatten(first as number)
    if (head === 'm') return node(OP.main, placeOf(first, air.main), (second as number | undefined) ?? 0)
    if (head === 'p') return node(OP.fixed, placeOf(first, air.fixed), (second as number | undefined) ?? 0)
    if (head === 'v') return node(OP.public, placeOf(first, air.publics))
    if (head === 'first') return node(OP.first)
    if (head === 'last') return node(OP.last)
    if (head === 'trans') return node(OP.trans)
    if (head === 'd') return roots[first as number]!
    if (head === 'neg') return node(OP.neg, flatten(first as Expression))
    let result = flatten(first as Expression)
    for (const part of parts.slice(1)) result = node(BINARY[head]!, result, flatten(part as Expression))
    return result
  }
  for (const def of air.defs ?? []) roots.push(flatten(def))
  const constraints = (air.constraints ?? []).map(flatten)
  const interactions = (air.interactions ?? []).map(({ bus, dir, count, weight, fields }) => ({
    bus: placeOf(bus, buses),
    receives: dir === 'receive',
    count: flatten(count),
    weight: weight ?? 1,
    fields: fields.map(flatten),
  }))
  return { nodes, constraints, interactions }
}

export type Parameters = Pick<
  Named<typeof PARAMETERS>,
  'blowup' | 'logFinal' | 'logArity' | 'queries' | 'lookup' | 'zeta' | 'batch' | 'fold' | 'query'
>

const WORK = { lookup: 14, zeta: 4, batch: 16, fold: 7, query: 16 }
const IDLE = { lookup: 0, zeta: 0, batch: 0, fold: 0, query: 0 }
/** §11. */
export const SETS = {
  test: { blowup: 1, queries: 1, logArity: 2, logFinal: 2, ...IDLE },
  fast: { blowup: 1, queries: 88, logArity: 3, logFinal: 6, ...WORK },
  default: { blowup: 2, queries: 44, logArity: 3, logFinal: 6, ...WORK },
  small: { blowup: 3, queries: 29, logArity: 3, logFinal: 6, ...WORK },
  proven: { blowup: 3, queries: 102, logArity: 3, logFinal: 6, ...WORK },
} satisfies Record<string, Parameters>

/** Trees over the fixed tables of the AIRs, by tree. */
export function committedFixed(
  system: System,
  fixed: readonly (Rows | undefined)[],
  blowup: number,
): CommittedTables[] {
  const trees = Math.max(0, ...system.airs.map(air => (widthOf(air.fixed) > 0 ? (air.tree ?? 0) + 1 : 0)))
  return Array.from({ length: trees }, (_, number) => {
    const tables: Table[] = []
    const columns = new Map<Table, number[][]>()
    for (const [air, each] of system.airs.entries()) {
      if (widthOf(each.fixed) === 0 || (each.tree ?? 0) !== number) continue
      const rows = fixed[air]!
      const table = { air, logHeight: Math.log2(rows.length), width: widthOf(each.fixed), nextFrom: undefined }
      tables.push(table)
      columns.set(
        table,
        columnsOf(rows, table.width).map(column => interpolated(column)),
      )
    }
    return commitTables(treeOf('fixed', tables, blowup), columns, blowup)
  })
}

export const columnsOf = (rows: Rows, width: number): number[][] =>
  Array.from({ length: width }, (_, column) => rows.map(row => row[column]!))

/** @returns the archive of the key */
export function keyOf(system: System, fixed: readonly (Rows | undefined)[], parameters: Parameters): Uint8Array {
  const words = { airs: [] as number[], nodes: [] as number[], constraints: [] as number[] }
  const interactionWords: number[] = []
  const fieldNodes: number[] = []
  const { maxLogHeight = 22, buses } = system
  for (const [index, air] of system.airs.entries()) {
    const { nodes, constraints, interactions } = flattened(air, buses)
    const degrees = degreesOf(nodes)
    const chunks = chunksOf(interactions, degrees)
    const degree = Math.max(...constraints.map(root => degrees[root]!.degree), ...chunks.degrees)
    const [fixedWidth, publics] = [widthOf(air.fixed), widthOf(air.publics)]
    const isRequired = air.required === true || fixedWidth > 0 || publics > 0
    const flags = [isRequired, readsNext(nodes, OP.main), readsNext(nodes, OP.fixed)]
    const row = {
      flags: flags.reduce((sum, flag, bit) => sum + (flag ? 2 ** bit : 0), 0),
      mainWidth: widthOf(air.main),
      fixedWidth,
      publics,
      tree: fixedWidth > 0 ? (air.tree ?? 0) : NONE,
      fixedLogHeight: fixedWidth > 0 ? Math.log2(fixed[index]!.length) : NONE,
      maxLogHeight: air.maxLogHeight ?? maxLogHeight,
      parts: degree === 3 ? 2 : 1,
      nodeStart: words.nodes.length / 4,
      nodes: nodes.length,
      constraintStart: words.constraints.length,
      constraints: constraints.length,
      interactionStart: interactionWords.length / 8,
      interactions: interactions.length,
      chunks: chunks.degrees.length,
      degree,
    }
    words.airs.push(...wordsInOrder(AIR, row))
    words.nodes.push(...nodes.flatMap(({ op, a, b }) => [op, a, b, 0]))
    words.constraints.push(...constraints)
    for (const [place, { bus, receives, count, weight, fields }] of interactions.entries()) {
      const element = { bus, direction: receives ? 1 : 0, count, weight, fieldStart: fieldNodes.length }
      const rest = { fields: fields.length, chunk: chunks.places[place]!, zero: 0 }
      interactionWords.push(...wordsInOrder(INTERACTION, { ...element, ...rest }))
      fieldNodes.push(...fields)
    }
  }
  const trees = committedFixed(system, fixed, parameters.blowup)
  const counts = { maxLogHeight, buses: buses.length, airs: system.airs.length, trees: trees.length }
  const names = system.airs.map(({ name }) => name)
  const roles = (system.roles ?? []).map(each => {
    const { role, air, index, count = 1 } = each
    return { role, air: placeOf(air, names), first: index, count }
  })
  const starts = (system.starts ?? []).map(start => ({ ...start, zero: 0 }))
  return writeArchive(KEY, [
    wordBytes(wordsInOrder(PARAMETERS, { protocol: 1, ...parameters, ...counts, zero: 0, zeroToo: 0 })),
    ...[words.airs, words.nodes, words.constraints, interactionWords, fieldNodes].map(wordBytes),
    Uint8Array.from(trees.flatMap(({ root }) => [...root])),
    wordBytes(roles.toSorted((a, b) => a.role - b.role).flatMap(each => wordsInOrder(ROLE, each))),
    wordBytes(
      starts.toSorted((a, b) => a.role - b.role || a.index - b.index).flatMap(each => wordsInOrder(START, each)),
    ),
  ])
}
